#include "relay/event_finder.hpp"

#include <algorithm>
#include <exception>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace sealpost::relay {
namespace {

using search::EventIndex;

constexpr std::uint64_t kBatch = 1024;            // events indexed in one transaction
constexpr base::milliseconds kPause{500};         // between looks for new events
constexpr base::milliseconds kBetweenBatches{2};  // so that nobody else starves at the first start

}  // namespace

void EventFinder::start() {
  thread_ = std::thread([this] { loop(); });
}

void EventFinder::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool EventFinder::rest(base::milliseconds span) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, span, [this] { return stopping_; });
  return !stopping_;
}

// What fails is tried again, and said once.
void EventFinder::loop() {
  do {
    base::Result<void> done;
    try {
      done = catch_up();
    } catch (const std::exception& thrown) {
      done = base::Error{base::Code::kInternal, thrown.what(), ""};
    }
    if (!done && !complained_) log_.error("index.failed", done.error());
    complained_ = !done;
    if (!done) writing_.reset();
  } while (rest(kPause));
}

base::Result<std::string> EventFinder::mark_at(std::uint64_t index) {
  TRY(const MetaStore::Reading store, store_.read());
  TRY(const auto leaf, store->leaves(index, 1));
  return leaf.empty() ? std::string() : base::to_hex(crypto::sha256(leaf.front()));
}

// What is there counts when it ends with an event that this log has at that place.
base::Result<void> EventFinder::take_up() {
  size_ = 0;
  {
    const std::lock_guard lock(reading_mutex_);
    reading_.reset();  // the file may become another one
  }
  TRY(writing_, EventIndex::open_to_write(path_, EventIndex::Sharing::kWithReaders));
  TRY(const search::Cover cover, writing_->cover());
  bool fits = cover.size <= checkpoints_.latest().checkpoint.size;
  if (fits && cover.size > 0) {
    TRY(const std::string mark, mark_at(cover.size - 1));
    fits = mark == cover.mark;
  }
  if (!fits) TRY(writing_->clear());
  size_ = fits ? cover.size : 0;
  return {};
}

base::Result<std::uint64_t> EventFinder::add_some(std::uint64_t from, std::uint64_t size) {
  TRY(const MetaStore::Reading store, store_.read());
  TRY(const auto leaves, store->leaves(from, std::min(kBatch, size - from)));
  std::vector<audit::Event> events;
  for (const base::Bytes& leaf : leaves) {
    TRY(audit::Event event, audit::parse_leaf(leaf));
    events.push_back(std::move(event));
  }
  if (events.empty()) return from;
  TRY(writing_->add(from, events, base::to_hex(crypto::sha256(leaves.back()))));
  return from + events.size();
}

base::Result<void> EventFinder::catch_up() {
  if (!writing_) TRY(take_up());
  const std::uint64_t size = checkpoints_.latest().checkpoint.size;
  while (size_ < size) {
    TRY(const std::uint64_t reached, add_some(size_, size));
    if (reached == size_) return {};
    size_ = reached;
    if (size_ < size && !rest(kBetweenBatches)) return {};
  }
  return {};
}

base::Result<search::Candidates> EventFinder::find(const audit::Filter& filter, std::uint64_t from,
                                                   std::size_t limit) {
  const std::lock_guard lock(reading_mutex_);
  if (!reading_) {
    TRY(reading_, EventIndex::open_to_read(path_));
  }
  return reading_->candidates(filter, from, limit);
}

}  // namespace sealpost::relay
