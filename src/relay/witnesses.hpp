// Asks the witnesses that relay.toml names to cosign the log's checkpoints (C2SP tlog-witness
// v1.0.0), in a thread of its own: no request waits for a witness. All are asked about the same
// checkpoint, then about the newest one there is by then. What they say is verified before it is
// shown.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "note/cosignature.hpp"
#include "relay/checkpoints.hpp"
#include "relay/directory.hpp"
#include "relay/log.hpp"
#include "relay/settings.hpp"
#include "relay/store/meta_store.hpp"

namespace sealpost::relay {

class Witnesses {
 public:
  // All borrowed; they outlive it. Without witnesses there is no thread.
  struct Parts {
    const std::vector<WitnessSettings>& witnesses;
    const std::filesystem::path& folder;  // of the relay: where CA files lie
    MetaStore& store;
    const Checkpoints& checkpoints;
    const Directory& directory;
    const Log& log;
    base::Clock& clock;
  };
  explicit Witnesses(const Parts& parts);
  ~Witnesses() { stop(); }
  Witnesses(const Witnesses&) = delete;
  Witnesses& operator=(const Witnesses&) = delete;
  void start();
  void stop();

  // The newest checkpoint with cosignatures enough for the policy, and their lines behind it; size
  // 0 while there is none. Thread-safe.
  Checkpoints::Published cosigned() const;
  // The cosignatures on the checkpoint of that tree, if that is the one. Thread-safe.
  std::string lines_for(const merkle::Checkpoint& checkpoint) const;

 private:
  struct Guest {                // one witness
    merkle::Checkpoint seen;    // the last checkpoint that it cosigned; of another start: its size
    std::string line;           // its cosignature on that
    base::milliseconds next{};  // not to be asked before
    base::milliseconds pause{};
  };
  void loop();
  void ask_all(const Checkpoints::Published& asked);
  void ask(std::size_t number, const Checkpoints::Published& asked);
  base::Result<std::string> request(std::size_t number, const Checkpoints::Published& asked,
                                    bool again);
  base::Result<std::string> body_for(const Guest& guest, const Checkpoints::Published& asked);
  void keep(const Checkpoints::Published& asked);
  std::size_t wanted() const;

  Parts parts_;
  std::vector<Guest> guests_;  // the thread's; each asker touches its own
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  merkle::Checkpoint tree_;  // of what follows
  std::string note_;
  std::string lines_;
  std::size_t count_ = 0;
  std::thread thread_;
};

}  // namespace sealpost::relay
