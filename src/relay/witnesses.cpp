#include "relay/witnesses.hpp"

#include <algorithm>
#include <future>

#include "merkle/add_checkpoint.hpp"
#include "relay/post.hpp"
#include "text/safety.hpp"

namespace sealpost::relay {
namespace {

using base::Result;

constexpr std::chrono::milliseconds kTick{200};
constexpr base::milliseconds kFirstPause{1000};
constexpr base::milliseconds kLongestPause{60'000};

base::Error refused(const Posted& posted) {
  const std::string said = text::for_terminal(posted.body.substr(0, 200));
  return {base::Code::kDenied, "it answers " + std::to_string(posted.status) + ": " + said, ""};
}

// The line of this witness among those that it answered, verified.
Result<std::string> line_in(const std::string& answer, const std::string& signed_note,
                            const note::Cosigner& witness) {
  const auto parsed = note::parse(signed_note + answer);
  if (!parsed) return base::Error{base::Code::kMalformed, "its answer is no cosignature", ""};
  const std::size_t from = note::parse(signed_note)->signatures.size();
  std::size_t at = 0;
  for (std::size_t i = from; i < parsed->signatures.size(); ++i) {
    const std::size_t end = answer.find('\n', at) + 1;
    const note::SignatureLine& line = parsed->signatures[i];
    if (line.name == witness.name() && line.key_id == witness.id()) {
      TRY(note::cosigned_at({parsed->text, {line}}, witness));
      return answer.substr(at, end - at);
    }
    at = end;
  }
  return base::Error{base::Code::kDenied, "it does not sign with the key that relay.toml names",
                     ""};
}

}  // namespace

Witnesses::Witnesses(const Parts& parts) : parts_(parts), guests_(parts.witnesses.size()) {}

void Witnesses::start() {
  if (!guests_.empty()) thread_ = std::thread([this] { loop(); });
}

void Witnesses::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Checkpoints::Published Witnesses::cosigned() const {
  const std::lock_guard lock(mutex_);
  return {tree_, note_.empty() ? "" : note_ + lines_};
}

std::string Witnesses::lines_for(const merkle::Checkpoint& checkpoint) const {
  const std::lock_guard lock(mutex_);
  return checkpoint == tree_ ? lines_ : "";
}

void Witnesses::loop() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kTick, [this] { return stop_.load(); })) {
    const Checkpoints::Published latest = parts_.checkpoints.latest();
    const bool complete = latest.checkpoint == tree_ && count_ == guests_.size();
    if (latest.checkpoint.size == 0 || complete) continue;
    lock.unlock();
    ask_all(latest);
    lock.lock();
  }
}

void Witnesses::ask_all(const Checkpoints::Published& asked) {
  std::vector<std::future<void>> askers;
  const base::milliseconds now = parts_.clock.steady();
  for (std::size_t i = 0; i < guests_.size(); ++i) {
    if (now < guests_[i].next || guests_[i].seen == asked.checkpoint) continue;
    // Without a thread to be had they are asked one after the other.
    askers.push_back(std::async(std::launch::async | std::launch::deferred,
                                [this, i, &asked] { ask(i, asked); }));
  }
  if (askers.empty()) return;
  for (auto& asker : askers) asker.get();
  keep(asked);
}

// What fails is told once, and once when it works again.
void Witnesses::ask(std::size_t number, const Checkpoints::Published& asked) {
  Guest& guest = guests_[number];
  const note::Cosigner& witness = parts_.witnesses[number].key;
  auto line = request(number, asked, false);
  if (line) {
    if (guest.pause > base::milliseconds{}) {
      parts_.log.info("witness.back", {{"witness", witness.name()}});
    }
    guest.pause = {};
    guest.seen = asked.checkpoint;
    guest.line = *std::move(line);
    return;
  }
  if (guest.pause == base::milliseconds{} && !stop_) {
    parts_.log.error("witness.failed", base::with_context(line.error(), witness.name()));
  }
  guest.pause = std::clamp(guest.pause * 2, kFirstPause, kLongestPause);
  guest.next = parts_.clock.steady() + guest.pause;
}

Result<std::string> Witnesses::request(std::size_t number, const Checkpoints::Published& asked,
                                       bool again) {
  const WitnessSettings& settings = parts_.witnesses[number];
  TRY(const std::string body, body_for(guests_[number], asked));
  const auto ca = settings.ca_file.empty() ? settings.ca_file : parts_.folder / settings.ca_file;
  TRY(const Posted posted, post(settings.url + "/add-checkpoint", ca, body, stop_));
  if (posted.status == 200) return line_in(posted.body, asked.note, settings.key);
  const auto size = merkle::parse_witness_size(posted.body);
  if (posted.status != 409 || !size || again) return refused(posted);
  if (*size > asked.checkpoint.size) {
    return base::Error{
        base::Code::kConflict,
        "it has cosigned " + std::to_string(*size) +
            " events of this log, and here are fewer: was it restored from a backup?",
        ""};
  }
  guests_[number].seen = {asked.checkpoint.origin, *size, {}};
  return request(number, asked, true);
}

Result<std::string> Witnesses::body_for(const Guest& guest, const Checkpoints::Published& asked) {
  merkle::AddCheckpoint request{std::min(guest.seen.size, asked.checkpoint.size), {}, asked.note};
  if (request.old_size > 0 && request.old_size < asked.checkpoint.size) {
    TRY(const MetaStore::Reading store, parts_.store.read());
    const merkle::TileReader tiles = [&](const merkle::TileId& id) {
      return read_tile(*store, id);
    };
    TRY(request.proof,
        merkle::consistency_proof(request.old_size, asked.checkpoint.size,
                                  merkle::nodes_from_tiles(asked.checkpoint.size, tiles)));
  }
  return merkle::format_add_checkpoint(request);
}

std::size_t Witnesses::wanted() const {
  return std::max<std::size_t>(1, parts_.directory.policy()->witness_quorum);
}

// A newer checkpoint takes the place of an older one when it has as many cosignatures as the policy
// asks for, or at least as many as the older one.
void Witnesses::keep(const Checkpoints::Published& asked) {
  std::string lines;
  std::size_t count = 0;
  for (const Guest& guest : guests_) {
    if (guest.seen != asked.checkpoint) continue;
    lines += guest.line;
    ++count;
  }
  const std::lock_guard lock(mutex_);
  if (count == 0 || count < std::min(wanted(), count_)) return;
  tree_ = asked.checkpoint;
  note_ = asked.note;
  lines_ = std::move(lines);
  count_ = count;
}

}  // namespace sealpost::relay
