#include "relay/writer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>

#include "relay/admit.hpp"

namespace sealpost::relay {
namespace {

constexpr std::size_t kMaxQueue = 4096;
constexpr std::size_t kMaxGroup = 512;
constexpr std::size_t kMaxGroupsPassed = 4;   // before who asked for a checkpoint gets it
constexpr base::milliseconds kMaxStale{500};  // well inside the promised second

base::Error busy() {
  return {base::Code::kBusy, "the relay has too much to do", "try again in a moment"};
}

// A library's exception becomes an answer here, as it would in the request handler.
base::Result<Written> call(const Change& change, Unit& unit) {
  try {
    return change(unit);
  } catch (const std::exception&) {
    return base::Error{base::Code::kInternal, "the relay could not do this", ""};
  }
}

std::size_t count_of(std::string_view event, const std::vector<Fact>& facts) {
  return static_cast<std::size_t>(std::count_if(
      facts.begin(), facts.end(), [&](const Fact& fact) { return fact.event.event == event; }));
}

}  // namespace

base::Result<void> Writer::start() {
  TRY(ledger_.load(parts_.store.writer().reads()));
  TRY(parts_.checkpoints.load(parts_.store.writer().reads()));
  parts_.metrics.log_size(ledger_.size());
  thread_ = std::thread([this] { loop(); });
  return {};
}

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Writer::submit(Task task) {
  std::unique_lock lock(mutex_);
  if (stopping_ || queue_.size() >= kMaxQueue) {
    lock.unlock();
    return task.done(busy());
  }
  queue_.push_back(std::move(task));
  lock.unlock();
  changed_.notify_one();
}

void Writer::fresh_checkpoint(GotCheckpoint got) {
  std::unique_lock lock(mutex_);
  if (stopping_) {
    lock.unlock();
    return got(busy());
  }
  askers_.push_back(std::move(got));
  lock.unlock();
  changed_.notify_one();
}

bool Writer::stale() const {
  return !broken_ && ledger_.size() != parts_.checkpoints.latest().checkpoint.size;
}

bool Writer::wait_for_work(std::vector<Task>& tasks, std::vector<GotCheckpoint>& askers) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return stopping_ || !queue_.empty() || !askers_.empty(); };
  if (stale()) {
    changed_.wait_for(lock, kMaxStale, ready);
  } else {
    changed_.wait(lock, ready);
  }
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), kMaxGroup));
  tasks.assign(std::make_move_iterator(queue_.begin()),
               std::make_move_iterator(queue_.begin() + count));
  queue_.erase(queue_.begin(), queue_.begin() + count);
  // One checkpoint serves all who ask; under load they wait for a few groups, not for an end.
  if (queue_.empty() || ++groups_passed_ >= kMaxGroupsPassed) {
    groups_passed_ = 0;
    askers = std::exchange(askers_, {});
  }
  return !(stopping_ && tasks.empty() && askers.empty());
}

void Writer::loop() {
  std::vector<Task> tasks;
  std::vector<GotCheckpoint> askers;
  while (wait_for_work(tasks, askers)) {
    const bool was_stale = stale();
    if (!tasks.empty()) commit_group(tasks);
    const base::milliseconds now = parts_.clock.steady();
    if (!was_stale) stale_since_ = now;
    // Without tasks the wait itself has taken as long as a checkpoint may be late.
    const bool due = tasks.empty() || now - stale_since_ >= kMaxStale;
    if (!askers.empty() || (stale() && due)) publish(askers);
  }
  publish(askers);
}

base::Result<void> Writer::guard(const std::function<base::Result<void>()>& step) {
  try {
    return step();
  } catch (const std::exception& thrown) {
    parts_.metrics.caught();
    const base::Error error{base::Code::kInternal, thrown.what(), ""};
    parts_.log.error("writer.failed", error);
    return error;
  }
}

base::Result<void> Writer::renew_checkpoint() {
  if (broken_) return *broken_;
  if (!stale()) return {};
  return guard([this] { return parts_.checkpoints.publish(parts_.store, ledger_); });
}

void Writer::publish(std::vector<GotCheckpoint>& askers) {
  const base::Result<void> published = renew_checkpoint();
  stale_since_ = parts_.clock.steady();
  publishes_ = published.has_value();
  if (!published && !broken_) {
    parts_.log.error("checkpoint.failed", published.error());
    if (published.error().code == base::Code::kVerificationFailed) broken_ = published.error();
  }
  const Checkpoints::Published latest = parts_.checkpoints.latest();
  parts_.metrics.checkpoint_size(latest.checkpoint.size);
  for (const GotCheckpoint& got : askers) {
    const auto tell = [&]() -> base::Result<void> {
      got(published ? base::Result<Checkpoints::Published>(latest) : published.error());
      return {};
    };
    static_cast<void>(guard(tell).has_value());  // logged there
  }
  askers.clear();
}

void Writer::commit_group(std::vector<Task>& tasks) {
  const auto began = std::chrono::steady_clock::now();
  std::vector<base::Result<Reply>> answers;
  Aftermath after;
  base::Result<void> committed;
  if (broken_) {
    committed = *broken_;
  } else {
    committed = guard([&] { return run_group(tasks, answers, after); });
    if (!committed) give_up(committed.error());
    if (!committed && tasks.size() > 1) return commit_one_by_one(tasks);
  }
  commits_ = committed.has_value();
  if (committed) remove_files(after.files);
  scrub_due_ = scrub_due_ || (committed && after.scrub);
  if (scrub_due_) scrub_store();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  parts_.metrics.group(tasks.size(), took.count(), committed.has_value());
  parts_.metrics.log_size(ledger_.size());
  // First: who asks after an answer of this group waits for what comes behind it.
  if (committed) parts_.waiters.arrived(after.arrivals);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const auto tell = [&]() -> base::Result<void> {
      tasks[i].done(committed ? std::move(answers[i]) : base::Result<Reply>(committed.error()));
      return {};
    };
    static_cast<void>(guard(tell).has_value());  // logged there
  }
}

// Before anybody hears of the commit and could reserve one of these ids again.
void Writer::remove_files(const std::vector<std::string>& blobs) {
  for (const std::string& id : blobs) {
    if (auto removed = parts_.blobs.remove(id); !removed) {
      parts_.log.error("blob.not-removed", removed.error());
    }
  }
}

// Before anybody hears of the commit, unless somebody reads for very long: then the next group
// tries again. Failing takes nothing back that was committed.
void Writer::scrub_store() {
  const auto scrub = [this]() -> base::Result<void> {
    TRY(const bool clean, parts_.store.writer().scrub());
    scrub_due_ = !clean;
    return {};
  };
  if (auto done = guard(scrub); !done) parts_.log.error("store.not-scrubbed", done.error());
}

// What failed together may partly succeed alone: on a full disk an acknowledgement makes room where
// a message finds none.
void Writer::commit_one_by_one(std::vector<Task>& tasks) {
  for (Task& task : tasks) {
    std::vector<Task> alone;
    alone.push_back(std::move(task));
    commit_group(alone);
  }
}

// After this, memory says again what the store says; when it cannot, nothing is accepted any more.
void Writer::give_up(const base::Error& why) {
  parts_.log.error("commit.failed", why);
  const auto go_back = [this] {
    parts_.store.writer().rollback();
    parts_.directory.rollback();
    return ledger_.load(parts_.store.writer().reads());
  };
  const base::Result<void> back = guard(go_back);
  if (back) return;
  parts_.log.error("log.unreadable", back.error());
  broken_ = base::Error{base::Code::kVerificationFailed,
                        "the relay cannot read its audit log back: " + back.error().text,
                        "its operator has to restart it"};
}

base::Result<void> Writer::run_group(std::vector<Task>& tasks,
                                     std::vector<base::Result<Reply>>& answers, Aftermath& after) {
  MetaWriter& store = parts_.store.writer();
  TRY(store.begin());
  parts_.directory.begin();
  Unit unit{store,
            parts_.directory,
            parts_.log_key,
            parts_.clock.now(),
            parts_.checkpoints.view(),
            after.arrivals,
            after.files,
            after.scrub};
  for (Task& task : tasks) {
    base::Result<Reply> answer = Reply{};
    TRY(run_task(task, unit, answer));
    answers.push_back(std::move(answer));
  }
  TRY(ledger_.flush(store));
  TRY(store.commit());
  parts_.directory.commit();
  return {};
}

base::Result<void> Writer::run_task(Task& task, Unit& unit, base::Result<Reply>& answer) {
  if (task.nonce) {
    const Nonce& nonce = *task.nonce;
    TRY(const bool fresh, unit.store.remember_nonce(nonce.key, nonce.value, nonce.created));
    if (!fresh) {
      answer = base::Error{base::Code::kLocked, "not authenticated: this request came before", ""};
      return {};
    }
  }
  TRY(attempt(task.change, unit, answer));
  if (answer || !task.refusal) return {};
  const base::Error error = answer.error();
  if (!is_recorded_refusal(error.code)) return {};
  const Change note_it = [&](Unit&) -> base::Result<Written> {
    return Written{Reply{}, Record::of(task.refusal(error))};
  };
  TRY(attempt(note_it, unit, answer));
  if (answer) answer = error;
  return {};
}

base::Result<void> Writer::attempt(const Change& change, Unit& unit, base::Result<Reply>& answer) {
  TRY(unit.store.savepoint());
  unit.directory.mark();
  const std::size_t files = unit.files.size();
  base::Result<Written> written = call(change, unit);
  base::Result<void> kept;
  if (!written) {
    kept = written.error();
  } else {
    kept = ledger_.record(unit.store, written->record.facts());
  }
  if (kept) {
    TRY(unit.store.release());
    parts_.metrics.messages(count_of("message.send", written->record.facts()));
    parts_.metrics.entries(count_of("register.append", written->record.facts()));
    answer = std::move(written->reply);
    return {};
  }
  unit.directory.undo();
  unit.files.resize(files);
  if (!unit.store.alive()) return kept;
  TRY(unit.store.undo());
  answer = kept.error();
  return {};
}

}  // namespace sealpost::relay
