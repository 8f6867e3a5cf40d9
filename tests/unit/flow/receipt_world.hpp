// A log that grows event by event, with a trust chain and the receipts of one message in it, as a
// relay would write it; tests bend one thing.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "../trust/world.hpp"
#include "audit/event.hpp"
#include "flow/mirror.hpp"
#include "receipt/file.hpp"

namespace sealpost::testing {

inline constexpr const char* kMessage = "01936f5e-7c00-7a3b-8f00-0123456789ab";

class ReceiptWorld {
 public:
  // organisation, relay, olivia (owner), kim and lee (members, invited by olivia).
  ReceiptWorld();

  // Appends to chain and log.
  void enter(const std::string& entry);
  void join(std::string_view device, trust::Role role);  // invited by olivia
  void log_event(audit::Event event);

  // What the draft says is signed with `key` (empty: of its author), logged as `event` says
  // (empty: as it should be) and kept as evidence.
  struct Said {
    receipt::Receipt receipt;
    std::string key = {};
    std::function<void(audit::Event&)> event = {};
  };
  void say(Said said);
  void accept();
  receipt::Receipt draft(receipt::State state, std::string_view device) const;
  void say(receipt::State state, std::string_view device) { say({draft(state, device)}); }

  // Everything about the devices that spoke, proven up to now.
  receipt::File file() const;
  // As file(), with further devices' entries.
  receipt::File file_with(std::set<std::string> devices) const;
  receipt::Record record_of(std::optional<std::uint64_t> entry, std::string statement,
                            std::uint64_t index) const;
  std::string checkpoint(const std::string& key) const;  // signed by that key
  flow::Mirror mirror() const;

  base::Time now() const { return kNoon + std::chrono::seconds(leaves.size()); }
  crypto::Digest root(std::uint64_t size) const;

  trust::Chain chain;
  std::vector<base::Bytes> leaves;
  std::vector<flow::LoggedEntry> entries;
  std::vector<std::pair<std::string, std::uint64_t>> receipts;  // statement, index
  std::vector<std::string> recipients;
};

}  // namespace sealpost::testing
