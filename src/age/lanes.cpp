#include "age/lanes.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace sealpost::age {
namespace {

constexpr unsigned kMaxThreads = 16;

unsigned useful_threads(unsigned asked) {
  if (asked > 0) return std::min(asked, kMaxThreads);
  // One more than there are cores: somebody is always waiting for a read or a write.
  return std::min(std::thread::hardware_concurrency() + 1, kMaxThreads / 2);
}

struct Lane {
  Lane(const crypto::AeadKey& key, std::size_t in_size, std::size_t out_size) : aead(key) {
    block.in.resize(in_size);
    block.out.resize(out_size);
  }
  Block block;
  crypto::ChaChaPoly aead;
};

class Runner {
 public:
  explicit Runner(const LaneSteps& steps) : steps_(steps) {}

  // Fills the lane's block; false when nothing is left to do.
  bool read(Lane& lane) {
    const std::lock_guard lock(reading_);
    if (ended_ || failed_) return false;
    Block& block = lane.block;
    block.number = next_++;
    block.ending = {};
    steps_.read(block);
    ended_ = block.last;
    return true;
  }

  void work_and_write(Lane& lane) {
    steps_.work(lane.block, lane.aead);
    std::unique_lock lock(writing_);
    turn_.wait(lock, [&] { return written_ == lane.block.number; });
    if (!failed_) {
      // The turn, not the lock, keeps the others out of the sink.
      lock.unlock();
      base::Result<void> result = steps_.write(lane.block);
      if (result) result = std::move(lane.block.ending);
      lock.lock();
      if (!result) {
        result_ = std::move(result);
        failed_ = true;
      }
    }
    ++written_;
    lock.unlock();
    turn_.notify_all();
  }

  void run(Lane& lane) {
    while (read(lane)) work_and_write(lane);
  }

  bool ended() const { return ended_; }  // only before a second thread exists
  base::Result<void> take_result() { return std::move(result_); }

 private:
  const LaneSteps& steps_;
  std::mutex reading_;  // guards next_, ended_ and the source
  std::uint64_t next_ = 0;
  bool ended_ = false;
  std::mutex writing_;  // guards written_ and result_; the block whose turn it is owns the sink
  std::condition_variable turn_;
  std::uint64_t written_ = 0;
  base::Result<void> result_;
  std::atomic<bool> failed_ = false;
};

}  // namespace

base::Result<void> run_lanes(const LaneSteps& steps, const crypto::AeadKey& key,
                             std::size_t in_size, std::size_t out_size, unsigned threads) {
  Runner runner(steps);
  std::vector<Lane> lanes;
  lanes.reserve(useful_threads(threads));
  lanes.emplace_back(key, in_size, out_size);
  runner.read(lanes.front());
  if (!runner.ended()) {
    while (lanes.size() < lanes.capacity()) lanes.emplace_back(key, in_size, out_size);
  }
  {
    std::vector<std::jthread> others;
    for (Lane& lane : std::span(lanes).subspan(1)) {
      others.emplace_back([&runner, &lane] { runner.run(lane); });
    }
    runner.work_and_write(lanes.front());
    runner.run(lanes.front());
  }
  return runner.take_result();
}

}  // namespace sealpost::age
