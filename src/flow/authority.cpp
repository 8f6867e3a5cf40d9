#include "flow/authority.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "flow/enrol.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

constexpr int kTries = 3;  // while others append to the chain

// Signs for the chain as it is: with this device's key where the chain takes that, else with the
// root's.
base::Result<std::string> sign_entry(const Installation& installation, trust::Chain& chain,
                                     const base::Result<std::string>& text) {
  if (!text) return text.error();
  std::string entry = note::sign(*text, installation.signer());
  const base::Result<void> own = chain.append(entry);
  if (own) return entry;
  if (own.error().code != base::Code::kDenied) return own.error();
  const auto root = installation.root_signer();
  if (!root) return own.error();
  entry = note::sign(*text, *root);
  TRY(chain.append(entry));
  return entry;
}

// The relay refuses it as well, and knows of orders to wipe besides.
base::Result<void> keep_an_owner(const Installation& installation, const trust::Chain& longer,
                                 base::Time now) {
  const auto nobody = [](const std::string&) { return false; };
  if (!trust::has_owner(installation.chain(), now, nobody)) return {};
  if (trust::has_owner(longer, now, nobody)) return {};
  return last_owner(installation);
}

// Makes entries for the chain as it stands and has the relay commit them together; makes them anew
// when somebody else was faster.
using Make = std::function<base::Result<std::vector<std::string>>(trust::Chain& chain)>;
base::Result<void> commit(Installation& installation, client::RelayClient& relay,
                          const Make& make) {
  for (int i = 0;; ++i) {
    trust::Chain longer = installation.chain();
    TRY(const std::vector<std::string> entries, make(longer));
    if (entries.empty()) return {};
    TRY(keep_an_owner(installation, longer, relay.now()));
    auto done = relay.append_trust({longer.size(), entries});
    if (done) return installation.extend_chain(entries);
    if (done.error().code != base::Code::kConflict || i + 1 == kTries) return done;
    TRY(sync_trust(installation, relay));
  }
}

std::vector<std::string> joined_through(const trust::Chain& chain, const std::string& device) {
  std::vector<std::string> found;
  for (const auto& [name, other] : chain.devices()) {
    if (other.inviter == device && !other.revoked) found.push_back(name);
  }
  return found;
}

// What of a user can be ended; this device last, for after that it signs nothing more.
std::vector<std::string> targets_of(const trust::Chain& chain, const std::string& user,
                                    const std::string& self) {
  std::vector<std::string> targets;
  for (const auto& [name, open] : chain.invitations()) {
    if (open.invitation.user == user && !open.used && !open.revoked) targets.push_back(name);
  }
  for (const trust::Device* device : chain.devices_of(user)) {
    const std::string name = device->certificate.name.str();
    if (!device->revoked && name != self) targets.push_back(name);
  }
  const trust::Device* own = chain.device(self);
  if (own != nullptr && own->certificate.name.user == user && !own->revoked) {
    targets.push_back(self);
  }
  return targets;
}

bool is_known(const trust::Chain& chain, const std::string& user) {
  const auto& invitations = chain.invitations();
  return !chain.devices_of(user).empty() ||
         std::any_of(invitations.begin(), invitations.end(),
                     [&](const auto& item) { return item.second.invitation.user == user; });
}

base::Error unknown_user(const std::string& user) {
  return {base::Code::kNotFound, fmt::format("the organisation has no member {}", user),
          "see `sealpost member list`"};
}

}  // namespace

base::Result<void> add_statement(Installation& installation, client::RelayClient& relay,
                                 const std::function<base::Result<std::string>()>& text) {
  return commit(installation, relay,
                [&](trust::Chain& chain) -> base::Result<std::vector<std::string>> {
                  TRY(std::string entry, sign_entry(installation, chain, text()));
                  return std::vector{std::move(entry)};
                });
}

base::Error last_owner(const Installation& installation) {
  return {
      base::Code::kConflict,
      fmt::format("this would leave {} without an owner", installation.chain().organisation()),
      "make another owner first, with the root key: `sealpost member invite USER --role owner`, "
      "or `sealpost org recovery combine --invite USER` with its shares"};
}

base::Result<Ending> revoke_device(Installation& installation, const trust::DeviceName& name,
                                   const std::string& reason, Context& context) {
  TRY(client::RelayClient relay, visit(installation, context));
  Ending ending{name.str(), false, {}};
  TRY(commit(installation, relay,
             [&](trust::Chain& chain) -> base::Result<std::vector<std::string>> {
               const trust::Device* device = chain.device(ending.target);
               ending.already = device != nullptr && device->revoked;
               if (ending.already) return std::vector<std::string>();
               const trust::Revocation revocation{ending.target, reason, context.clock.now(),
                                                  installation.views()};
               TRY(std::string entry, sign_entry(installation, chain, trust::format(revocation)));
               return std::vector{std::move(entry)};
             }));
  ending.joined_through = joined_through(installation.chain(), ending.target);
  return ending;
}

base::Result<std::vector<Ending>> revoke_member(Installation& installation, const std::string& user,
                                                const std::string& reason, Context& context) {
  TRY(client::RelayClient relay, visit(installation, context));
  if (!is_known(installation.chain(), user)) return unknown_user(user);
  std::vector<Ending> endings;
  TRY(commit(installation, relay,
             [&](trust::Chain& chain) -> base::Result<std::vector<std::string>> {
               endings.clear();
               std::vector<std::string> entries;
               for (const auto& target : targets_of(chain, user, installation.signer().name())) {
                 const auto open = chain.invitations().find(target);
                 // Ended already with the device that made it.
                 if (open != chain.invitations().end() && open->second.revoked) continue;
                 const trust::Revocation revocation{target, reason, context.clock.now(),
                                                    installation.views()};
                 TRY(std::string entry, sign_entry(installation, chain, trust::format(revocation)));
                 entries.push_back(std::move(entry));
                 endings.push_back({target, false, {}});
               }
               return entries;
             }));
  for (Ending& ending : endings) {
    ending.joined_through = joined_through(installation.chain(), ending.target);
  }
  return endings;
}

base::Result<bool> change_role(Installation& installation, const NewRole& wanted,
                               Context& context) {
  TRY(check_purposes(installation, wanted.role, wanted.purposes));
  TRY(client::RelayClient relay, visit(installation, context));
  if (!is_known(installation.chain(), wanted.user)) return unknown_user(wanted.user);
  const auto has_it = [&](const trust::Device* device) {
    return device->revoked || (device->role == wanted.role && device->purposes == wanted.purposes);
  };
  bool changed = true;
  TRY(commit(
      installation, relay, [&](trust::Chain& chain) -> base::Result<std::vector<std::string>> {
        const auto devices = chain.devices_of(wanted.user);
        const bool any = std::any_of(devices.begin(), devices.end(),
                                     [](const auto* device) { return !device->revoked; });
        changed = !any || !std::all_of(devices.begin(), devices.end(), has_it);
        if (!changed) return std::vector<std::string>();
        const trust::RoleChange change{wanted.user,   wanted.role,         wanted.purposes,
                                       wanted.reason, context.clock.now(), installation.views()};
        TRY(std::string entry, sign_entry(installation, chain, trust::format(change)));
        return std::vector{std::move(entry)};
      }));
  return changed;
}

}  // namespace sealpost::flow
