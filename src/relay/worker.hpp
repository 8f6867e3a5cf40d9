// One thread that does slow work in order, so that nobody else waits for a disk. Jobs may be posted
// from any thread; stop() finishes what was posted.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

namespace sealpost::relay {

class Worker {
 public:
  // `failed` takes what a job threw; it is called on the worker's thread and outlives it.
  explicit Worker(std::function<void(std::string_view)> failed);
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  // False after stop(): the job will not run.
  bool post(std::function<void()> job);
  void stop();

 private:
  void loop();
  std::function<void(std::string_view)> failed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sealpost::relay
