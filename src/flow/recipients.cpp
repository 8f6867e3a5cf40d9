#include "flow/recipients.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "flow/all_cores.hpp"

namespace sealpost::flow {
namespace {

constexpr std::string_view kUnknown = "unknown";
constexpr std::string_view kRevoked = "revoked";
constexpr std::string_view kRefused = "refused";

bool can_receive(const trust::Device& device) {
  const auto& suites = device.certificate.suites;
  return trust::allowed(device.role, trust::Operation::kReceive) &&
         std::find(suites.begin(), suites.end(), "age-x25519") != suites.end();
}

// The devices of a user that messages can go to, or why there are none.
struct UserDevices {
  std::vector<const trust::Device*> active;
  std::string_view problem;
};

UserDevices devices_of(const trust::Chain& chain, const std::string& user, base::Time now) {
  UserDevices found;
  const std::vector<const trust::Device*> all = chain.devices_of(user);
  bool ended = !all.empty();
  for (const trust::Device* device : all) {
    const bool active = chain.active_device(device->certificate.name.str(), now).has_value();
    if (active && can_receive(*device)) found.active.push_back(device);
    ended = ended && !active;
  }
  if (all.empty()) {
    found.problem = kUnknown;
  } else if (found.active.empty()) {
    found.problem = ended ? kRevoked : kRefused;
  }
  return found;
}

base::Result<Target> make_target(const Installation& installation, const std::string& user,
                                 const std::string& device, const std::string& note,
                                 base::Time now) {
  TRY(const trust::Prekey prekey, trust::verify_prekey(installation.chain(), note, now));
  if (prekey.device.str() != device) {
    return base::Error{
        base::Code::kVerificationFailed,
        fmt::format("the relay gave a prekey of {} for {}", prekey.device.str(), device),
        "do not use this relay until the organisation's owner has found out why"};
  }
  TRY(age::X25519Recipient recipient, age::X25519Recipient::parse(prekey.recipient));
  return Target{user, device, prekey.id, recipient, prekey.last_resort, prekey.expires};
}

struct Wanted {
  std::string user;
  std::string device;
  const Target* have = nullptr;  // claimed before; borrowed
};

const Target* target_for(const Targets& have, const std::string& device, base::Time now) {
  const auto at = std::find_if(have.reachable.begin(), have.reachable.end(),
                               [&](const Target& item) { return item.device == device; });
  return at != have.reachable.end() && at->expires > now ? &*at : nullptr;
}

// One message's devices, and what becomes of them.
struct Claiming {
  std::vector<Wanted> wanted;
  Targets targets;
};

// Which devices a message is for, and which users have none.
base::Result<Claiming> begin_claiming(const Installation& installation,
                                      const std::vector<std::string>& users, base::Time now,
                                      const Targets& have) {
  TRY(const std::vector<std::string> unique, distinct_users(users));
  Claiming out;
  for (const std::string& user : unique) {
    const UserDevices found = devices_of(installation.chain(), user, now);
    if (found.active.empty()) {
      out.targets.unreachable.push_back({user, "", std::string(found.problem)});
    }
    for (const trust::Device* device : found.active) {
      const std::string name = device->certificate.name.str();
      out.wanted.push_back({user, name, target_for(have, name, now)});
    }
  }
  return out;
}

// A prekey for each name, in their order; empty where the device has none.
base::Result<std::vector<std::string>> claim_each(client::RelayClient& relay,
                                                  const std::vector<std::string>& names) {
  std::vector<std::string> prekeys;
  for (std::size_t done = 0; done < names.size(); done = prekeys.size()) {
    const auto first = names.begin() + static_cast<std::ptrdiff_t>(done);
    const std::size_t count = std::min(names.size() - done, wire::kMaxClaim);
    const std::vector<std::string> some(first, first + static_cast<std::ptrdiff_t>(count));
    TRY(wire::ClaimedPrekeys claimed, relay.claim_prekeys(some));
    for (std::size_t i = 0; i < count; ++i) {
      if (i >= claimed.prekeys.size() || claimed.prekeys[i].device != some[i]) {
        return base::Error{base::Code::kMalformed,
                           "the relay gave prekeys for other devices than it was asked for", ""};
      }
      prekeys.push_back(std::move(claimed.prekeys[i].prekey));
    }
  }
  return prekeys;
}

// A device's prekey as the relay gave it, and what the chain says to it.
struct Claimed {
  const Wanted* wanted = nullptr;  // borrowed
  std::string note;                // empty when the device has none
  std::optional<base::Result<Target>> target = {};
};

// Checking a signature takes longer than all else that is done about a device.
void check_claimed(const Installation& installation, base::Time now, std::vector<Claimed>& all) {
  on_all_cores(all.size(), [&](std::size_t i) {
    Claimed& one = all[i];
    if (one.note.empty()) return;
    one.target = make_target(installation, one.wanted->user, one.wanted->device, one.note, now);
  });
}

// Claims a prekey for each device that has none yet, all at once, and sorts the devices into their
// targets in their order.
base::Result<void> claim(const Installation& installation, client::RelayClient& relay,
                         base::Time now, std::vector<Claiming>& messages) {
  std::vector<std::string> names;
  std::vector<Claimed> claimed;
  for (const Claiming& message : messages) {
    for (const Wanted& item : message.wanted) {
      if (item.have != nullptr) continue;
      names.push_back(item.device);
      claimed.push_back({&item, ""});
    }
  }
  TRY(std::vector<std::string> prekeys, claim_each(relay, names));
  for (std::size_t i = 0; i < claimed.size(); ++i) claimed[i].note = std::move(prekeys[i]);
  check_claimed(installation, now, claimed);
  std::size_t next = 0;
  for (Claiming& message : messages) {
    Targets& targets = message.targets;
    for (const Wanted& item : message.wanted) {
      if (item.have != nullptr) {
        targets.reachable.push_back(*item.have);
        continue;
      }
      Claimed& one = claimed[next++];
      if (one.note.empty()) {
        targets.unreachable.push_back({item.user, item.device, std::string(kRefused)});
        continue;
      }
      TRY(Target target, *std::move(one.target));
      targets.reachable.push_back(std::move(target));
    }
  }
  return {};
}

}  // namespace

base::Result<std::vector<std::string>> distinct_users(std::vector<std::string> users) {
  std::vector<std::string> unique;
  for (const std::string& user : users) {
    if (!trust::is_user(user)) {
      return base::Error{base::Code::kUsage, fmt::format("\"{}\" is not a user id", user),
                         "write it like dr.lee; see `sealpost member list`"};
    }
    if (std::find(unique.begin(), unique.end(), user) == unique.end()) unique.push_back(user);
  }
  if (unique.empty()) {
    return base::Error{base::Code::kUsage, "a message needs a recipient", "add --to dr.lee"};
  }
  return unique;
}

base::Result<Targets> find_targets(const Installation& installation, client::RelayClient& relay,
                                   const std::vector<std::string>& users, base::Time now,
                                   const Targets& have) {
  std::vector<Claiming> message;
  TRY(message.emplace_back(), begin_claiming(installation, users, now, have));
  TRY(claim(installation, relay, now, message));
  return std::move(message.front().targets);
}

base::Result<std::vector<Targets>> find_targets(
    const Installation& installation, client::RelayClient& relay,
    const std::vector<std::vector<std::string>>& messages, base::Time now) {
  std::vector<Claiming> all;
  for (const auto& users : messages) {
    TRY(all.emplace_back(), begin_claiming(installation, users, now, {}));
  }
  TRY(claim(installation, relay, now, all));
  std::vector<Targets> targets;
  for (Claiming& message : all) targets.push_back(std::move(message.targets));
  return targets;
}

std::string_view receiving_problem(const trust::Chain& chain, const std::string& user,
                                   base::Time now) {
  return devices_of(chain, user, now).problem;
}

base::Result<std::optional<Target>> claim_target(const Installation& installation,
                                                 client::RelayClient& relay,
                                                 const std::string& device, base::Time now) {
  const auto active = installation.chain().active_device(device, now);
  if (!active || !can_receive(**active)) return std::optional<Target>();
  TRY(const wire::ClaimedPrekeys claimed, relay.claim_prekeys({device}));
  if (claimed.prekeys.size() != 1 || claimed.prekeys[0].prekey.empty()) {
    return std::optional<Target>();
  }
  TRY(Target target, make_target(installation, (*active)->certificate.name.user, device,
                                 claimed.prekeys[0].prekey, now));
  return std::optional<Target>(std::move(target));
}

base::Error unreachable_error(const std::vector<RecipientRecord>& unreachable) {
  base::Error error{base::Code::kDenied, "", ""};
  const auto any = [&](std::string_view state) {
    return std::any_of(unreachable.begin(), unreachable.end(),
                       [&](const RecipientRecord& item) { return item.state == state; });
  };
  if (any(kRevoked)) error.code = base::Code::kRevoked;
  if (any(kUnknown)) error.code = base::Code::kNotFound;
  for (const RecipientRecord& item : unreachable) {
    if (!error.text.empty()) error.text += ", ";
    const std::string& name = item.device.empty() ? item.user : item.device;
    if (item.state == kRefused) {
      error.text += fmt::format("{} cannot receive messages", name);
    } else {
      error.text += fmt::format("{} is {}", name, item.state);
    }
  }
  return error;
}

}  // namespace sealpost::flow
