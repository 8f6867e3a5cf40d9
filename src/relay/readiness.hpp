// Whether the relay can do its work, found out at most once a second however many ask: an answer
// costs a synced commit. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "relay/writer.hpp"

namespace sealpost::relay {

class Readiness {
 public:
  // All borrowed; they outlive it.
  Readiness(Writer& writer, base::Clock& clock) : writer_(&writer), clock_(&clock) {}
  // `got` comes at once, or from the writer thread: nothing, or the reason
  // as kNoSpace or, whatever else it is, kBusy.
  using Got = std::function<void(const base::Result<void>&)>;
  void ask(Got got);
  // Tells who has waited too long for the writer that it does not answer. Now and then, from
  // another thread than the writer's.
  void expire();

 private:
  struct Outcome {
    base::Result<void> result;
    base::milliseconds at;
  };
  void probe();
  void settle(const base::Result<void>& result);
  Writer* writer_;
  base::Clock* clock_;
  std::mutex mutex_;
  std::optional<Outcome> last_;
  std::vector<Got> waiting_;                     // for the probe that runs
  std::optional<base::milliseconds> probed_at_;  // when it was sent; nothing: none runs
};

}  // namespace sealpost::relay
