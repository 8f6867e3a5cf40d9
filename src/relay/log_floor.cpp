#include "relay/log_floor.hpp"

#include "audit/event.hpp"
#include "merkle/tile.hpp"

namespace sealpost::relay {
namespace {

using merkle::kTileWidth;

// Times in the log never go back: the last event of a bundle is its newest.
base::Result<bool> is_older(MetaReader& store, std::uint64_t bundle, base::Time than) {
  TRY(const auto last, store.leaves((bundle + 1) * kTileWidth - 1, 1));
  if (last.empty()) return false;
  TRY(const audit::Event event, audit::parse_leaf(last.front()));
  return event.at < than;
}

}  // namespace

base::Result<std::uint64_t> log_floor(MetaReader& store, std::uint64_t size,
                                      const policy::Policy& policy, base::Time now) {
  if (policy.audit_hold) return std::uint64_t{0};
  const base::Time oldest = now - policy.audit_retention;
  std::uint64_t low = 0;
  std::uint64_t high = size / kTileWidth;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    TRY(const bool older, is_older(store, middle, oldest));
    (older ? low : high) = older ? middle + 1 : middle;
  }
  return low * kTileWidth;
}

base::Error pruned(std::uint64_t floor) {
  return {base::Code::kNotFound,
          "events before " + std::to_string(floor) +
              " are pruned: they are older than the policy lets them be shown",
          "a mirror that was made in time has them"};
}

}  // namespace sealpost::relay
