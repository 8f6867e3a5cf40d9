// The one thread that changes anything. Changes from all connections queue up here; it runs each
// inside a savepoint, commits many in one synced transaction, and only then calls them done. It
// also publishes checkpoints: within a second after an event, or at once for who asks.
//
// submit() and fresh_checkpoint() may be called from any thread; callbacks run on the writer
// thread and must be quick.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "relay/checkpoints.hpp"
#include "relay/directory.hpp"
#include "relay/ledger.hpp"
#include "relay/log.hpp"
#include "relay/metrics.hpp"
#include "relay/store/blob_store.hpp"
#include "relay/unit.hpp"
#include "relay/waiters.hpp"

namespace sealpost::relay {

// One use of a request's nonce, remembered together with what the request did.
struct Nonce {
  std::string key;
  std::string value;
  base::Time created;
};

struct Task {
  Change change;
  std::optional<Nonce> nonce = std::nullopt;
  // What the log says when the change is denied; without it nothing.
  std::function<Fact(const base::Error&)> refusal = {};
  Done done;
};

class Writer {
 public:
  // All borrowed; they outlive the writer.
  struct Parts {
    MetaStore& store;
    BlobStore& blobs;
    Directory& directory;
    const note::Signer& log_key;
    Checkpoints& checkpoints;
    Waiters& waiters;
    Metrics& metrics;
    const Log& log;
    base::Clock& clock;
  };
  explicit Writer(const Parts& parts) : parts_(parts) {}
  ~Writer() { stop(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Loads the log and starts the thread.
  base::Result<void> start();
  // Does what is queued, publishes a last checkpoint, ends the thread.
  void stop();

  // kBusy through `done` when too much waits already or the relay stops.
  void submit(Task task);
  using GotCheckpoint = std::function<void(base::Result<Checkpoints::Published>)>;
  // A checkpoint that covers everything committed so far.
  void fresh_checkpoint(GotCheckpoint got);
  // False after a change could not be committed or a checkpoint not published, until it can.
  bool healthy() const { return commits_ && publishes_; }

 private:
  void loop();
  bool wait_for_work(std::vector<Task>& tasks, std::vector<GotCheckpoint>& askers);
  void commit_group(std::vector<Task>& tasks);
  void commit_one_by_one(std::vector<Task>& tasks);
  // What is told to others, and removed, once a group is committed.
  struct Aftermath {
    Arrivals arrivals;
    std::vector<std::string> files;
    bool scrub = false;
  };
  base::Result<void> run_group(std::vector<Task>& tasks, std::vector<base::Result<Reply>>& answers,
                               Aftermath& after);
  void remove_files(const std::vector<std::string>& blobs);
  void scrub_store();
  base::Result<void> run_task(Task& task, Unit& unit, base::Result<Reply>& answer);
  base::Result<void> attempt(const Change& change, Unit& unit, base::Result<Reply>& answer);
  void give_up(const base::Error& why);
  // What a library throws becomes an error, logged and counted; the thread goes on.
  base::Result<void> guard(const std::function<base::Result<void>()>& step);
  base::Result<void> renew_checkpoint();
  void publish(std::vector<GotCheckpoint>& askers);
  bool stale() const;

  Parts parts_;
  Ledger ledger_;                     // writer thread
  base::milliseconds stale_since_{};  // writer thread
  std::size_t groups_passed_ = 0;     // writer thread; since askers were served
  bool scrub_due_ = false;            // writer thread
  // Set when the stored tree is not what was written, or cannot be read back: from then on nothing
  // is accepted.
  std::optional<base::Error> broken_;  // writer thread
  std::atomic<bool> commits_{true};
  std::atomic<bool> publishes_{true};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> queue_;
  std::vector<GotCheckpoint> askers_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sealpost::relay
