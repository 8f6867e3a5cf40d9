#include "flow/groups.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/recipients.hpp"
#include "flow/registry.hpp"

namespace sealpost::flow {
namespace {

using reg::Stream;

constexpr std::size_t kMembersOfRecord = 40;  // of 64 bytes each, well below what a record takes

base::Result<void> check_users(const std::vector<std::string>& users) {
  for (const std::string& user : users) {
    if (trust::is_user(user)) continue;
    return base::Error{base::Code::kUsage, fmt::format("\"{}\" is not a user id", user),
                       "write it like dr.lee; see `sealpost member list`"};
  }
  return {};
}

// Everybody who is to come in gets messages.
base::Result<void> check_receive(const Installation& installation,
                                 const std::vector<std::string>& users, base::Time now) {
  std::vector<RecipientRecord> missing;
  for (const std::string& user : users) {
    const std::string_view problem = receiving_problem(installation.chain(), user, now);
    if (!problem.empty()) missing.push_back({user, "", std::string(problem)});
  }
  if (missing.empty()) return {};
  base::Error error = unreachable_error(missing);
  error.hint = "nothing was written; see `sealpost member list`";
  return error;
}

base::Result<reg::Group> write_group(Installation& installation, client::RelayClient& relay,
                                     std::vector<reg::Record> records, const std::string& name,
                                     Context& context) {
  RegisterDraft draft;
  draft.records = std::move(records);
  TRY(write_register(installation, relay, Stream::kOrganisation, std::move(draft), context));
  return find_group(installation.vault(), name);
}

// Also one that was removed.
base::Result<std::optional<reg::Group>> known_group(const vault::Vault& vault,
                                                    const std::string& name) {
  std::optional<reg::Group> known;
  TRY(each_group(vault, [&](reg::Group group) -> base::Result<void> {
    if (group.name == name) known = std::move(group);
    return {};
  }));
  return known;
}

}  // namespace

base::Result<void> check_group_name(std::string_view name) {
  if (trust::is_user(name)) return {};
  return base::Error{base::Code::kUsage, fmt::format("\"{}\" is not a group's name", name),
                     "write it like icu: lower-case letters, digits, dots, dashes, underscores"};
}

bool has_left(const trust::Chain& chain, std::string_view user) {
  const auto devices = chain.devices_of(std::string(user));
  return !devices.empty() && std::all_of(devices.begin(), devices.end(),
                                         [](const auto* device) { return device->revoked; });
}

std::vector<std::string> absent_members(const Installation& installation, const reg::Group& group,
                                        base::Time now) {
  std::vector<std::string> absent;
  for (const std::string& user : group.members) {
    if (!receiving_problem(installation.chain(), user, now).empty()) absent.push_back(user);
  }
  return absent;
}

std::vector<reg::Record> group_records(const std::string& name,
                                       const std::map<std::string, bool>& members,
                                       std::optional<bool> removed) {
  std::vector<reg::Record> records;
  reg::GroupRecord record{name, {}, removed};
  for (const auto& [user, added] : members) {
    record.members.emplace(user, added);
    if (record.members.size() < kMembersOfRecord) continue;
    records.emplace_back(std::exchange(record, reg::GroupRecord{name, {}, {}}));
  }
  if (!record.members.empty() || record.removed) records.emplace_back(std::move(record));
  return records;
}

base::Result<std::vector<reg::Group>> list_groups(Installation& installation, Context& context) {
  TRY(catch_up_register(installation, Stream::kOrganisation, context));
  std::vector<reg::Group> groups;
  TRY(each_group(installation.vault(), [&](reg::Group group) -> base::Result<void> {
    if (!group.removed) groups.push_back(std::move(group));
    return {};
  }));
  std::sort(groups.begin(), groups.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return groups;
}

base::Result<reg::Group> show_group(Installation& installation, const std::string& name,
                                    Context& context) {
  TRY(check_group_name(name));
  TRY(catch_up_register(installation, Stream::kOrganisation, context));
  return find_group(installation.vault(), name);
}

base::Result<reg::Group> add_group(Installation& installation, const std::string& name,
                                   const std::vector<std::string>& members, Context& context) {
  TRY(check_group_name(name));
  TRY(check_users(members));
  TRY(client::RelayClient relay, open_register(installation, Stream::kOrganisation, context));
  TRY(check_receive(installation, members, context.clock.now()));
  TRY(const std::optional<reg::Group> known, known_group(installation.vault(), name));
  if (known && !known->removed) {
    return base::Error{base::Code::kConflict, fmt::format("there is a group {} already", name),
                       fmt::format("sealpost group edit {} --add USER", name)};
  }
  std::map<std::string, bool> added;
  for (const std::string& user : members) added[user] = true;
  const std::optional<bool> again = known ? std::optional(false) : std::nullopt;
  return write_group(installation, relay, group_records(name, added, again), name, context);
}

base::Result<EditedGroup> edit_group(Installation& installation, const std::string& name,
                                     const GroupEdit& edit, Context& context) {
  TRY(check_group_name(name));
  TRY(check_users(edit.add));
  TRY(check_users(edit.remove));
  TRY(client::RelayClient relay, open_register(installation, Stream::kOrganisation, context));
  TRY(reg::Group group, find_group(installation.vault(), name));
  std::map<std::string, bool> changes;
  std::vector<std::string> newcomers;
  for (const std::string& user : edit.add) {
    if (group.members.contains(user)) continue;
    changes[user] = true;
    newcomers.push_back(user);
  }
  TRY(check_receive(installation, newcomers, context.clock.now()));
  for (const std::string& user : edit.remove) {
    if (group.members.contains(user)) changes[user] = false;
  }
  if (changes.empty()) return EditedGroup{std::move(group), false};
  TRY(group, write_group(installation, relay, group_records(name, changes, {}), name, context));
  return EditedGroup{std::move(group), true};
}

base::Result<void> remove_group(Installation& installation, const std::string& name,
                                Context& context) {
  TRY(check_group_name(name));
  TRY(client::RelayClient relay, open_register(installation, Stream::kOrganisation, context));
  TRY(find_group(installation.vault(), name));
  RegisterDraft draft;
  draft.records = group_records(name, {}, true);
  return write_register(installation, relay, Stream::kOrganisation, std::move(draft), context);
}

}  // namespace sealpost::flow
