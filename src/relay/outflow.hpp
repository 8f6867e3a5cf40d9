// The relay's own forwarder: sends its log to the collector that relay.toml names, in a thread of
// its own that only reads. Nobody ever waits for it; a collector that is away, or stuck, is waited
// for as long as it takes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "forward/forwarder.hpp"
#include "relay/checkpoints.hpp"
#include "relay/log.hpp"
#include "relay/relay.hpp"

namespace sealpost::relay {

class Outflow {
 public:
  struct Parts {
    std::filesystem::path folder;  // of the cursor
    std::string to;
    std::filesystem::path ca;  // empty: what the system trusts
    EventLine line;
    MetaStore& store;
    const Checkpoints& checkpoints;
    const Log& log;
  };
  // All that is borrowed outlives it.
  explicit Outflow(Parts parts) : parts_(std::move(parts)) {}
  ~Outflow() { stop(); }
  Outflow(const Outflow&) = delete;
  Outflow& operator=(const Outflow&) = delete;

  // kUsage for an address out of form; kConflict and kMalformed as forward::Cursor::open.
  base::Result<void> start();
  void stop();  // may be called twice

 private:
  class Stop final : public base::Interrupt {
   public:
    bool requested() const override { return requested_; }
    void request() { requested_ = true; }

   private:
    std::atomic<bool> requested_{false};
  };
  void loop(forward::Collector collector);
  base::Result<std::vector<forward::Line>> read(const forward::Place& from);
  void rest(base::milliseconds span);

  Parts parts_;
  std::optional<forward::Cursor> cursor_;
  Stop stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace sealpost::relay
