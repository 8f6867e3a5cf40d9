#include "relay/housekeeping.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/links.hpp"
#include "relay/statement.hpp"
#include "wire/signature.hpp"

namespace sealpost::relay {
namespace {

constexpr std::chrono::milliseconds kTick{100};
constexpr base::milliseconds kSweepEvery{60000};
constexpr std::size_t kSweepStep = 256;
constexpr std::size_t kNonceStep = 4096;
constexpr std::size_t kPrekeyStep = 1024;
// An expired prekey stays known as long as a sealed message may be on its way here.
constexpr std::chrono::hours kPrekeyGrace{24 * 7};
constexpr std::size_t kBlobStep = 16;  // files are removed while the writer waits

// Signed as acceptance is, so that the sender can show it to others: it stays the relay's word.
base::Result<std::string> expired_receipt(const ExpiredMessage& message, const Unit& unit) {
  receipt::Receipt value;
  value.message = message.id;
  value.from = message.from;
  value.message_sha256 = message.sha256;
  value.state = receipt::State::kExpired;
  return sign_receipt(std::move(value), unit);
}

base::Result<Fact> expiry_of(const ExpiredMessage& message, Unit& unit) {
  TRY(std::string statement, expired_receipt(message, unit));
  audit::Event event;
  event.at = unit.now;
  event.event = "message.expire";
  event.actor = unit.log_key.name();
  event.message = message.id;
  event.objects = message.waiting;
  if (!message.contact.empty()) event.objects = {message.contact};
  event.purpose = message.purpose;
  event.details["statement"] = base::to_hex(crypto::sha256(base::as_bytes(statement)));
  return Fact{std::move(event),
              NewEvidence{message.row, receipt::State::kExpired, unit.log_key.name(), message.from,
                          std::move(statement)}};
}

void submit(Engine& engine, Change change, Done done) {
  Task task;
  task.change = std::move(change);
  task.done = std::move(done);
  engine.writer.submit(std::move(task));
}

void sweep_messages(Engine& engine) {
  const auto count = std::make_shared<std::size_t>(0);  // shared by the change and what follows it
  const Change change = [count](Unit& unit) -> base::Result<Written> {
    TRY(const auto expired, unit.store.expired(unit.now, kSweepStep));
    std::vector<Fact> facts;
    for (const ExpiredMessage& message : expired) {
      TRY(unit.store.remove_expired(message));
      TRY(Fact fact, expiry_of(message, unit));
      facts.push_back(std::move(fact));
    }
    *count = expired.size();
    return Written{Reply{}, Record::of(std::move(facts))};
  };
  submit(engine, change, [&engine, count](const base::Result<Reply>& reply) {
    if (reply && *count == kSweepStep) sweep_messages(engine);
  });
}

// Rows that nothing is said of, up to `step` in a change, and on while there were as many. `remove`
// says how many it removed.
using Remove = std::function<base::Result<std::size_t>(Unit& unit)>;
void sweep_rows(Engine& engine, std::size_t step, const Remove& remove) {
  const auto count = std::make_shared<std::size_t>(0);
  const Change change = [count, remove](Unit& unit) -> base::Result<Written> {
    TRY(*count, remove(unit));
    return Written{Reply{}, Record::staging()};
  };
  submit(engine, change, [&engine, step, remove, count](const base::Result<Reply>& reply) {
    if (reply && *count == step) sweep_rows(engine, step, remove);
  });
}

void sweep_nonces(Engine& engine) {
  // Two windows: a nonce lives from one window before its request was made to one after it.
  sweep_rows(engine, kNonceStep, [](Unit& unit) {
    return unit.store.remove_nonces(unit.now - 2 * wire::kSignatureWindow, kNonceStep);
  });
}

void sweep_prekeys(Engine& engine) {
  sweep_rows(engine, kPrekeyStep, [](Unit& unit) {
    return unit.store.remove_once_prekeys(unit.now - kPrekeyGrace, kPrekeyStep);
  });
}

void sweep_answers(Engine& engine) {
  sweep_rows(engine, kSweepStep, [](Unit& unit) {
    return unit.store.remove_answers(unit.now - kAnswerKept, kSweepStep);
  });
}

void sweep_links(Engine& engine) {
  const auto count = std::make_shared<std::size_t>(0);
  const Change change = [count](Unit& unit) -> base::Result<Written> {
    TRY(const auto spent, unit.store.spent_links(unit.now - kClaimLasts, kSweepStep));
    for (const std::string& id : spent) TRY(unit.store.close_link(id));
    TRY(const std::size_t gone, unit.store.remove_links(unit.now - kLinkKept, kSweepStep));
    *count = std::max(spent.size(), gone);
    return Written{Reply{}, Record::recorded()};
  };
  submit(engine, change, [&engine, count](const base::Result<Reply>& reply) {
    if (reply && *count == kSweepStep) sweep_links(engine);
  });
}

// The files go on the writer thread, before another change runs: a new reservation of the same id
// finds no old file. Whoever still writes into one is told so when the part is noted.
void sweep_blobs(Engine& engine) {
  const auto gone = std::make_shared<std::vector<std::string>>();
  const Change change = [gone](Unit& unit) -> base::Result<Written> {
    TRY(*gone, unit.store.stale_blobs(unit.now, unit.now - kBlobGrace, kBlobStep));
    for (const std::string& id : *gone) TRY(unit.store.remove_blob(id));
    return Written{Reply{}, Record::staging()};
  };
  submit(engine, change, [&engine, gone](const base::Result<Reply>& reply) {
    if (!reply) return;
    for (const std::string& id : *gone) {
      if (auto removed = engine.blobs->remove(id); !removed) {
        engine.log.error("blob.not-removed", removed.error());
      }
    }
    if (gone->size() == kBlobStep) sweep_blobs(engine);
  });
}

}  // namespace

void drop_blob(Engine& engine, const std::string& id) {
  const auto gone = std::make_shared<bool>(false);
  const Change change = [id, gone](Unit& unit) -> base::Result<Written> {
    TRY(const auto blob, unit.store.reads().blob(id));
    *gone = blob && !blob->complete;
    if (*gone) TRY(unit.store.remove_blob(id));
    return Written{Reply{}, Record::staging()};
  };
  submit(engine, change, [&engine, id, gone](const base::Result<Reply>& reply) {
    if (!reply || !*gone) return;
    if (auto removed = engine.blobs->remove(id); !removed) {
      engine.log.error("blob.not-removed", removed.error());
    }
  });
}

void sweep(Engine& engine) {
  sweep_messages(engine);
  sweep_links(engine);
  sweep_nonces(engine);
  sweep_prekeys(engine);
  sweep_answers(engine);
  sweep_blobs(engine);
  const base::milliseconds now = engine.seams.clock.steady();
  engine.requests.forget_idle(now);
  engine.refusals.forget_idle(now);
}

Housekeeping::Housekeeping(Engine& engine)
    : engine_(&engine),
      clock_(engine.seams.clock.now(), engine.seams.clock.steady()),
      thread_([this] { loop(); }) {}

void Housekeeping::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool Housekeeping::trusts_clock(base::milliseconds steady) {
  const ClockWatch::Verdict verdict = clock_.look(engine_->seams.clock.now(), steady);
  if (verdict == ClockWatch::Verdict::kJumped) {
    engine_->log.error("clock.jumped",
                       {base::Code::kBusy, "the clock jumped forward; nothing is swept for an hour",
                        "set the clock of this machine, unless it was wrong before"});
  }
  return verdict == ClockWatch::Verdict::kTrusted;
}

void Housekeeping::loop() {
  base::milliseconds swept = engine_->seams.clock.steady();
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kTick, [this] { return stopping_; })) {
    const base::milliseconds now = engine_->seams.clock.steady();
    engine_->waiters.expire(now);
    engine_->readiness.expire();
    engine_->metrics.waiting_polls(engine_->waiters.size());
    if (now - swept < kSweepEvery) continue;
    swept = now;
    if (trusts_clock(now)) sweep(*engine_);
  }
}

}  // namespace sealpost::relay
