// sealpost watch: messages, receipts and orders as they come.
#include <fmt/format.h>

#include "cmd/listing.hpp"
#include "cmd/opened.hpp"
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/watch.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  bool once = false;
};

// Also asked to stop when the agent has forgotten the key with which the vault was opened.
class WhileUnlocked final : public base::Interrupt {
 public:
  WhileUnlocked(const Env& env, agent::Address address, bool by_agent)
      : env_(env), address_(std::move(address)), by_agent_(by_agent) {}
  bool requested() const override { return env_.interrupt.requested() || locked(); }
  bool locked() const {
    constexpr base::milliseconds kEvery{1000};
    const base::milliseconds now = env_.clock.steady();
    if (!by_agent_ || locked_ || now < next_) return locked_;
    next_ = now + kEvery;
    const auto state = agent::ask_state(address_);  // which is no use of it
    locked_ = !state && state.error().code == base::Code::kLocked;
    return locked_;
  }

 private:
  const Env& env_;
  const agent::Address address_;
  const bool by_agent_;
  mutable base::milliseconds next_{};
  mutable bool locked_ = false;
};

class Printer final : public flow::Watcher {
 public:
  explicit Printer(Env& env) : env_(env) {}

  base::Result<void> message(const flow::Listed& message) override {
    if (env_.out.json()) return env_.out.document(message_json(message));
    const message::Header& header = message.header;
    const std::string subject = header.subject ? ": " + *header.subject : "";
    return env_.out.line(fmt::format("message {} from {} for {}{}", message.record.number,
                                     user_of(header.from), header.purpose, subject));
  }
  base::Result<void> refused(const flow::Rejected& delivery) override {
    refusals_.push_back(delivery.reason);
    env_.out.warn(
        fmt::format("refused {} from {}: {}", delivery.id, delivery.from, delivery.reason));
    return {};
  }
  base::Result<void> receipt(const flow::Listed& message,
                             const flow::Progressed& recipient) override {
    if (env_.out.json()) return env_.out.document(receipt_json(message, recipient));
    return env_.out.line(fmt::format("receipt for message {}: {} {}", message.record.number,
                                     recipient.state, recipient.device));
  }
  base::Result<void> refused(const std::string& receipt) override {
    refusals_.push_back(receipt);
    env_.out.warn(receipt);
    return {};
  }
  base::Result<void> recall(const flow::RecallRecord& recall) override {
    const bool read = recall.end == flow::RecallEnd::kRead;
    if (env_.out.json()) {
      return env_.out.document({{"type", "recall"},
                                {"message", recall.message},
                                {"number", recall.number},
                                {"from", recall.from},
                                {"by", recall.by},
                                {"reason", recall.reason},
                                {"recalled", text::format_time(recall.at)},
                                {"outcome", read ? "read" : "destroyed"}});
    }
    return env_.out.line(fmt::format("recall of message {} by {}{}{}", recall.number,
                                     user_of(recall.by), read ? ", which was read before" : "",
                                     recall.reason.empty() ? "" : ": " + recall.reason));
  }
  base::Result<void> order(const flow::Obeyed& order) override {
    if (!env_.out.json()) {
      return env_.out.line(fmt::format("order to wipe this device from {}", order.by));
    }
    return env_.out.document({{"type", "order"},
                              {"order", "wipe"},
                              {"id", order.order.id},
                              {"device", order.order.device.str()},
                              {"by", order.by},
                              {"reason", order.order.reason}});
  }
  base::Result<void> away(const base::Error& why) override {
    env_.out.warn("the relay is away, trying again: " + why.text);
    return state("away");
  }
  base::Result<void> back() override {
    env_.out.note("the relay is back");
    return state("back");
  }
  const std::vector<std::string>& refusals() const { return refusals_; }

 private:
  base::Result<void> state(const char* name) {
    if (!env_.out.json()) return {};
    return env_.out.document({{"type", "connection"}, {"state", name}});
  }
  Env& env_;
  std::vector<std::string> refusals_;
};

base::Result<void> run_watch(const Options& options, Env& env) {
  TRY(OpenedQuietly quietly, open_installation_quietly(env));
  const WhileUnlocked unlocked(env, agent_address(env, quietly.opened.profile), quietly.by_agent);
  flow::Context context{env.clock, env.random, unlocked};
  Printer printer(env);
  auto ended = flow::watch(quietly.opened.installation, options.once, printer, context);
  const bool stopped = !ended && ended.error().code == base::Code::kInterrupted;
  if (stopped && !env.interrupt.requested() && unlocked.locked()) {
    return base::Error{base::Code::kLocked, "the vault was locked: the watch is over",
                       "`sealpost unlock`, and watch again"};
  }
  if (!ended || printer.refusals().empty()) return ended;
  return base::Error{base::Code::kVerificationFailed,
                     fmt::format("{} of what came was refused: {}", printer.refusals().size(),
                                 printer.refusals().front()),
                     "nothing of it was stored"};
}

}  // namespace

void add_watch(CLI::App& app, Env& env) {
  auto [verb, options] = add_verb<Options>(
      app, env, "watch", "Stay connected: messages, receipts, orders as they come", run_watch);
  verb.add_flag("--once", options.once, "Tell what is there, and end");
}

}  // namespace sealpost::cmd
