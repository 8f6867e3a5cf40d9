#include "relay/readiness.hpp"

#include <utility>

namespace sealpost::relay {
namespace {

constexpr base::milliseconds kFresh{1000};

}  // namespace

void Readiness::ask(Got got) {
  std::unique_lock lock(mutex_);
  if (last_ && clock_->steady() - last_->at < kFresh) {
    const base::Result<void> result = last_->result;
    lock.unlock();
    return got(result);
  }
  waiting_.push_back(std::move(got));
  const bool first = waiting_.size() == 1;
  lock.unlock();
  if (first) probe();
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
  base::Result<void> said = result;
  if (!result) {
    const bool full = result.error().code == base::Code::kNoSpace;
    said = base::Error{full ? base::Code::kNoSpace : base::Code::kBusy,
                       "the audit log cannot take events: " + result.error().text, ""};
  }
  std::vector<Got> all;
  {
    const std::lock_guard lock(mutex_);
    last_ = Outcome{said, clock_->steady()};
    all.swap(waiting_);
  }
  for (const Got& got : all) got(said);
}

}  // namespace sealpost::relay
