#include "relay/readiness.hpp"

#include <utility>

namespace sealpost::relay {
namespace {

constexpr base::milliseconds kFresh{1000};
constexpr base::milliseconds kPatience{2000};

base::Error not_ready(const base::Error& why) {
  const bool full = why.code == base::Code::kNoSpace;
  return {full ? base::Code::kNoSpace : base::Code::kBusy,
          "the audit log cannot take events: " + why.text, ""};
}

}  // namespace

void Readiness::ask(Got got) {
  std::unique_lock lock(mutex_);
  if (last_ && clock_->steady() - last_->at < kFresh) {
    const base::Result<void> result = last_->result;
    lock.unlock();
    return got(result);
  }
  waiting_.push_back(std::move(got));
  const bool first = !probed_at_;
  if (first) probed_at_ = clock_->steady();
  lock.unlock();
  if (first) probe();
}

void Readiness::expire() {
  std::vector<Got> all;
  {
    const std::lock_guard lock(mutex_);
    if (!probed_at_ || clock_->steady() - *probed_at_ < kPatience) return;
    all.swap(waiting_);
  }
  const base::Result<void> said =
      not_ready({base::Code::kBusy, "its writer has not answered for two seconds", ""});
  for (const Got& got : all) got(said);
}

void Readiness::probe() {
  Task task;
  task.change = [](Unit& unit) -> base::Result<Written> {
    TRY(unit.store.probe(unit.now));
    return Written{Reply{}, Record::staging()};
  };
  task.done = [this](const base::Result<Reply>& reply) {
    if (!reply) return settle(reply.error());
    if (writer_->healthy()) return settle({});
    settle(base::Error{base::Code::kInternal, "no checkpoint could be published", ""});
  };
  writer_->submit(std::move(task));
}

void Readiness::settle(const base::Result<void>& result) {
  const base::Result<void> said = result ? result : not_ready(result.error());
  std::vector<Got> all;
  {
    const std::lock_guard lock(mutex_);
    last_ = Outcome{said, clock_->steady()};
    probed_at_.reset();
    all.swap(waiting_);
  }
  for (const Got& got : all) got(said);
}

}  // namespace sealpost::relay
