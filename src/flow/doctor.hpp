// What of an installation is weak or about to break, as sealpost-doctor(1) lists it. Looks, and
// mends nothing beyond what every visit to the relay does. One thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

enum class Health {
  kGood,
  kNote,    // nothing to do, but to know
  kWeak,    // works, and should not stay so
  kBroken,  // does not work, or protects nobody
};
std::string_view health_name(Health health);

struct Finding {
  std::string check;  // one word, the same in every version
  Health health = Health::kGood;
  std::string text;  // without a full stop
  std::string hint;  // what to do; empty for kGood
};
using Findings = std::vector<Finding>;

// What of a profile lies on the disk.
struct Belongings {
  std::filesystem::path folder;
  std::filesystem::path vault;
  std::filesystem::path config_file;
  std::filesystem::path agent_folder;
  std::filesystem::path passphrase_file;  // empty when the configuration names none
};
// Who may read or change these, and how much room is left. Needs no key.
Findings examine_files(const Belongings& belongings);

// What of the register there is to say where the organisation uses it: whether this device has its
// keys, and which agreements lapse; and whether there is the one that the policy asks for. `relay`
// was visited. As flow/registry.hpp.
base::Result<void> examine_register(Installation& installation, client::RelayClient& relay,
                                    Context& context, Findings& findings);

// Meets the relay: whether it can be trusted still, the clocks, what senders find there, one-time
// codes, register. What is wrong is a finding; kInterrupted is the only error of its own.
base::Result<Findings> examine_relay(Installation& installation, Context& context);

// SHA-256 of the page that this program brings: as its relay serves it, and as another host does.
struct Pages {
  crypto::Digest own;
  crypto::Digest exported;
};
// Fetches the page behind contacts' links. kInterrupted.
base::Result<Finding> examine_page(const Installation& installation, const Pages& built,
                                   Context& context);

// What the vault tells: certificate, passphrase, backup, outbox, the member's other devices.
base::Result<Findings> examine_device(const Installation& installation, base::Time now);

}  // namespace sealpost::flow
