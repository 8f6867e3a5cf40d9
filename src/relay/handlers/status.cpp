// Whether the relay lives, whether it can do its work, and its numbers.
#include "relay/handlers/handlers.hpp"

namespace sealpost::relay {

base::Result<Outcome> get_live(Request&, Engine&) { return Outcome(plain_text("alive\n")); }

// Ready means that the audit log can take an event: a change that records nothing goes through the
// writer and is committed like any other.
base::Result<Outcome> get_ready(Request&, Engine& engine) {
  return Outcome(Pending{[&engine](const Done& done) {
    Task task;
    task.change = [](Unit& unit) -> base::Result<Written> {
      TRY(unit.store.probe(unit.now));
      return Written{plain_text("ready\n"), Record::staging()};
    };
    task.done = [done, &engine](base::Result<Reply> reply) {
      if (reply && !engine.writer.healthy()) {
        reply = base::Error{base::Code::kInternal, "no checkpoint could be published", ""};
      }
      if (reply) return done(std::move(reply));
      done(base::Error{base::Code::kBusy, "the audit log cannot take events: " + reply.error().text,
                       ""});
    };
    engine.writer.submit(std::move(task));
  }});
}

base::Result<Outcome> get_metrics(Request&, Engine& engine) {
  Reply out = plain_text(engine.metrics.text());
  out.type = "text/plain; version=0.0.4; charset=utf-8";
  return Outcome(std::move(out));
}

}  // namespace sealpost::relay
