// Finds events of the log by what a filter asks for, without looking at all of them. A thread of
// its own keeps an index, events.db, up to what the latest checkpoint covers; nobody waits for it:
// what it has not reached is looked through. The file may be removed at any time while the relay is
// stopped, and is made anew when it is not of this log.
//
// find() may be called from any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "relay/checkpoints.hpp"
#include "relay/log.hpp"
#include "search/event_index.hpp"

namespace sealpost::relay {

class EventFinder {
 public:
  // All borrowed; they outlive it.
  EventFinder(std::filesystem::path path, MetaStore& store, const Checkpoints& checkpoints,
              const Log& log)
      : path_(std::move(path)), store_(store), checkpoints_(checkpoints), log_(log) {}
  ~EventFinder() { stop(); }
  EventFinder(const EventFinder&) = delete;
  EventFinder& operator=(const EventFinder&) = delete;

  void start();
  void stop();  // may be called twice

  std::uint64_t size() const { return size_; }  // events that it covers
  // As search::EventIndex::candidates; below size() only.
  base::Result<search::Candidates> find(const audit::Filter& filter, std::uint64_t from,
                                        std::size_t limit);

 private:
  void loop();
  bool rest(base::milliseconds span);  // false when it is to end
  base::Result<void> catch_up();
  base::Result<void> take_up();
  base::Result<std::uint64_t> add_some(std::uint64_t from, std::uint64_t size);
  base::Result<std::string> mark_at(std::uint64_t index);

  const std::filesystem::path path_;
  MetaStore& store_;
  const Checkpoints& checkpoints_;
  const Log& log_;
  std::optional<search::EventIndex> writing_;  // the thread's
  bool complained_ = false;                    // the thread's
  std::atomic<std::uint64_t> size_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::mutex reading_mutex_;
  std::optional<search::EventIndex> reading_;
  std::thread thread_;
};

}  // namespace sealpost::relay
