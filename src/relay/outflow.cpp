#include "relay/outflow.hpp"

#include <algorithm>
#include <exception>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace sealpost::relay {
namespace {

constexpr std::uint64_t kPage = 256;
constexpr base::milliseconds kAgain{60000};  // after what no patience helps against

std::string mark_of(base::ByteView leaf) { return base::to_hex(crypto::sha256(leaf)); }

}  // namespace

base::Result<void> Outflow::start() {
  TRY(forward::Collector collector, forward::parse_collector(parts_.to, parts_.ca.string()));
  TRY(cursor_, forward::Cursor::open(parts_.folder, parts_.to));
  thread_ = std::thread([this, collector = std::move(collector)] { loop(collector); });
  return {};
}

void Outflow::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_.request();
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Outflow::rest(base::milliseconds span) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, span, [this] { return stop_.requested(); });
}

// What ends a forwarder, such as a certificate that is not trusted, is said, and tried again: an
// operator may put it right while the relay runs.
void Outflow::loop(forward::Collector collector) {
  const auto away = [this](const base::Error& why) { parts_.log.error("forward.away", why); };
  while (!stop_.requested()) {
    base::Result<void> done;
    try {
      done = forward::forward(
          *cursor_, {collector, [this](const forward::Place& from) { return read(from); }, stop_,
                     [this](base::milliseconds span) { rest(span); }, away});
    } catch (const std::exception& thrown) {
      done = base::Error{base::Code::kInternal, thrown.what(), ""};
    }
    if (stop_.requested()) return;
    if (!done) parts_.log.error("forward.failed", done.error());
    rest(kAgain);
  }
}

// Only what a published checkpoint covers leaves, beginning behind the event that went last.
base::Result<std::vector<forward::Line>> Outflow::read(const forward::Place& from) {
  const std::uint64_t size = parts_.checkpoints.latest().checkpoint.size;
  TRY(const MetaStore::Reading store, parts_.store.read());
  if (from.next > 0) {
    TRY(const auto last, store->leaves(from.next - 1, 1));
    if (last.empty() || mark_of(last.front()) != from.mark) {
      return base::Error{base::Code::kVerificationFailed,
                         "the log is not the one that was forwarded so far",
                         "remove the folder forward/ to forward all of it"};
    }
  }
  std::vector<forward::Line> out;
  if (from.next >= size) return out;
  TRY(const auto leaves, store->leaves(from.next, std::min(kPage, size - from.next)));
  for (const base::Bytes& leaf : leaves) {
    TRY(const audit::Event event, audit::parse_leaf(leaf));
    const std::uint64_t index = from.next + out.size();
    out.push_back({index, mark_of(leaf), parts_.line(index, event)});
  }
  return out;
}

}  // namespace sealpost::relay
