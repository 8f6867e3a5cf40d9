// A witness of logs (C2SP tlog-witness v1.0.0): cosigns a checkpoint when it extends the last one
// that it has cosigned, and never two that contradict each other. sealpost-log(5), WITNESS.
// Thread-safe.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "merkle/add_checkpoint.hpp"
#include "merkle/checkpoint.hpp"
#include "witness/memory.hpp"

namespace sealpost::witness {

// The answer to a request, as HTTP says it.
struct Answer {
  int status = 200;
  std::string type;
  std::string body;
};

// What happened to one request, for who runs the witness.
struct Notice {
  merkle::Checkpoint checkpoint;  // without an origin: it could not be read
  int status = 200;
  std::string what;    // a sentence without full stop
  bool alarm = false;  // the log has signed what no honest log signs
};

class Witness {
 public:
  using Listener = std::function<void(const Notice&)>;
  // Of logs whose origin is their key's name. Borrows the clock.
  Witness(Memory memory, std::vector<note::Verifier> logs, base::Clock& clock, Listener listener)
      : memory_(std::move(memory)),
        logs_(std::move(logs)),
        clock_(&clock),
        listener_(std::move(listener)) {}

  std::string vkey() const;  // of its cosignatures
  bool is_new() const { return memory_.is_new(); }
  // POST <prefix>/add-checkpoint. The cosignature leaves only when the checkpoint is on the disk.
  Answer add_checkpoint(std::string_view body);

  struct Cosigned {
    merkle::Checkpoint checkpoint;
    std::string line;
  };
  // Up to where the witness has come; size 0 before the first checkpoint.
  base::Result<merkle::Checkpoint> last(const std::string& origin);
  // The same for somebody who holds the log: `old_root` is what the log's tree was at last()'s
  // size. kVerificationFailed when it was another one; kDenied when no known log has signed.
  base::Result<Cosigned> cosign(const std::string& checkpoint_note, const merkle::Digest& old_root);

 private:
  // What a request asks, as far as it may be asked.
  struct Asked {
    merkle::AddCheckpoint request;
    note::Note note;
    merkle::Checkpoint checkpoint;
  };
  base::Result<Asked> read(std::string_view body, int& status) const;
  Answer judge(const Asked& asked, std::string_view body);
  Answer grant(const Asked& asked);
  Answer refuse(int status, const Asked& asked, std::string what, bool alarm = false);
  Answer accuse(int status, const Asked& asked, std::string_view body, std::string what);
  base::Result<merkle::Checkpoint> last_locked(const std::string& origin) const;
  base::Result<std::string> sign(const merkle::Checkpoint& checkpoint, const note::Note& note,
                                 const std::string& text) const;
  const note::Verifier* log_named(std::string_view origin) const;

  Memory memory_;
  std::vector<note::Verifier> logs_;
  base::Clock* clock_;
  Listener listener_;
  std::mutex mutex_;  // what was seen is looked up and changed in one step
};

}  // namespace sealpost::witness
