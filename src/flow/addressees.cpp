#include "flow/addressees.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/groups.hpp"
#include "flow/registry.hpp"

namespace sealpost::flow {
namespace {

bool names_group(std::string_view address) { return address.starts_with(kGroupAddress); }

base::Result<std::vector<std::string>> members_to_write_to(const Installation& installation,
                                                           std::string_view name) {
  TRY(check_group_name(name));
  TRY(const reg::Group group, find_group(installation.vault(), name));
  std::vector<std::string> users;
  for (const std::string& user : group.members) {
    const bool own = user == installation.name().user;
    if (!own && !has_left(installation.chain(), user)) users.push_back(user);
  }
  if (!users.empty()) return users;
  return base::Error{base::Code::kNotFound, fmt::format("group {} has nobody to write to", name),
                     fmt::format("see `sealpost group show {}`", name)};
}

void add_once(std::vector<std::string>& users, const std::string& user) {
  if (std::find(users.begin(), users.end(), user) == users.end()) users.push_back(user);
}

}  // namespace

base::Result<std::vector<std::string>> expand_addressees(Installation& installation,
                                                         client::RelayClient& relay,
                                                         const std::vector<std::string>& to,
                                                         Context& context) {
  if (std::any_of(to.begin(), to.end(), names_group)) {
    TRY(meet_register(installation, relay, reg::Stream::kOrganisation, context));
  }
  std::vector<std::string> users;
  for (const std::string& address : to) {
    if (!names_group(address)) {
      add_once(users, address);
      continue;
    }
    const std::string_view name = std::string_view(address).substr(kGroupAddress.size());
    TRY(const std::vector<std::string> members, members_to_write_to(installation, name));
    for (const std::string& user : members) add_once(users, user);
  }
  return users;
}

}  // namespace sealpost::flow
