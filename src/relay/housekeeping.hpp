// The thread that ends waiting polls in time and sweeps what has expired: messages, nonces, blobs.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "relay/clock_watch.hpp"
#include "relay/engine.hpp"

namespace sealpost::relay {

inline constexpr std::chrono::hours kBlobGrace{24};  // an upload without progress or message

// One round, through the writer; each step continues until nothing is left. The engine must
// outlive what it starts.
void sweep(Engine& engine);

// Forgets an incomplete blob and removes its file, because the disk is full: what came of it is of
// no use to anybody, and others need the room.
void drop_blob(Engine& engine, const std::string& id);

class Housekeeping {
 public:
  explicit Housekeeping(Engine& engine);
  ~Housekeeping() { stop(); }
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;
  void stop();

 private:
  void loop();
  bool trusts_clock(base::milliseconds steady);
  Engine* engine_;
  ClockWatch clock_;  // the thread's
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sealpost::relay
