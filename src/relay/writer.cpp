#include "relay/writer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>

namespace sealpost::relay {
namespace {

constexpr std::size_t kMaxQueue = 4096;
constexpr std::size_t kMaxGroup = 512;
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

std::size_t count_messages(const std::vector<Fact>& facts) {
  return static_cast<std::size_t>(std::count_if(facts.begin(), facts.end(), [](const Fact& fact) {
    return fact.event.event == "message.send";
  }));
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

bool Writer::stale() const { return ledger_.size() != parts_.checkpoints.latest().checkpoint.size; }

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
  if (queue_.empty()) askers = std::exchange(askers_, {});
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

void Writer::publish(std::vector<GotCheckpoint>& askers) {
  base::Result<void> published;
  if (stale()) published = parts_.checkpoints.publish(parts_.store, ledger_);
  stale_since_ = parts_.clock.steady();
  publishes_ = published.has_value();
  if (!published) {
    parts_.log.error("checkpoint.failed", published.error());
    if (published.error().code == base::Code::kVerificationFailed) broken_ = published.error();
  }
  const Checkpoints::Published latest = parts_.checkpoints.latest();
  parts_.metrics.checkpoint_size(latest.checkpoint.size);
  for (const GotCheckpoint& got : askers) {
    if (published) {
      got(latest);
    } else {
      got(published.error());
    }
  }
  askers.clear();
}

void Writer::commit_group(std::vector<Task>& tasks) {
  const auto began = std::chrono::steady_clock::now();
  const std::uint64_t chain_size = parts_.directory.size();
  std::vector<base::Result<Reply>> answers;
  std::set<std::string> mail;
  const base::Result<void> committed = run_group(tasks, answers, mail);
  if (!committed) {
    give_up(chain_size, committed.error());
    if (tasks.size() > 1) return commit_one_by_one(tasks);
  }
  commits_ = committed.has_value();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  parts_.metrics.group(tasks.size(), took.count(), committed.has_value());
  parts_.metrics.log_size(ledger_.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (committed) {
      tasks[i].done(std::move(answers[i]));
    } else {
      tasks[i].done(committed.error());
    }
  }
  if (committed) parts_.waiters.mail(mail);
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

// After this, memory says again what the store says.
void Writer::give_up(std::uint64_t chain_size, const base::Error& why) {
  parts_.log.error("commit.failed", why);
  parts_.store.writer().rollback();
  parts_.directory.truncate(chain_size);
  if (auto loaded = ledger_.load(parts_.store.writer().reads()); !loaded) {
    parts_.log.error("log.unreadable", loaded.error());
  }
}

base::Result<void> Writer::run_group(std::vector<Task>& tasks,
                                     std::vector<base::Result<Reply>>& answers,
                                     std::set<std::string>& mail) {
  if (broken_) return *broken_;
  MetaWriter& store = parts_.store.writer();
  TRY(store.begin());
  Unit unit{store, parts_.directory, parts_.log_key, parts_.clock.now(), parts_.checkpoints.view(),
            mail};
  for (Task& task : tasks) {
    base::Result<Reply> answer = Reply{};
    TRY(run_task(task, unit, answer));
    answers.push_back(std::move(answer));
  }
  TRY(ledger_.flush(store));
  return store.commit();
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
  if (error.code != base::Code::kDenied && error.code != base::Code::kRevoked) return {};
  const Change note_it = [&](Unit&) -> base::Result<Written> {
    return Written{Reply{}, Record::of(task.refusal(error))};
  };
  TRY(attempt(note_it, unit, answer));
  if (answer) answer = error;
  return {};
}

base::Result<void> Writer::attempt(const Change& change, Unit& unit, base::Result<Reply>& answer) {
  const std::uint64_t chain_size = unit.directory.size();
  TRY(unit.store.savepoint());
  base::Result<Written> written = call(change, unit);
  base::Result<void> kept;
  if (!written) {
    kept = written.error();
  } else {
    kept = ledger_.record(unit.store, written->record.facts());
  }
  if (kept) {
    TRY(unit.store.release());
    parts_.metrics.messages(count_messages(written->record.facts()));
    answer = std::move(written->reply);
    return {};
  }
  unit.directory.truncate(chain_size);
  if (!unit.store.alive()) return kept;
  TRY(unit.store.undo());
  answer = kept.error();
  return {};
}

}  // namespace sealpost::relay
