// Whether the relay lives, whether it can do its work, and its numbers.
#include "relay/handlers/handlers.hpp"

namespace sealpost::relay {

base::Result<Outcome> get_live(Request&, Engine&) { return Outcome(plain_text("alive\n")); }

// Ready means that the audit log can take an event: a change that records nothing goes through the
// writer and is committed like any other.
base::Result<Outcome> get_ready(Request&, Engine& engine) {
  return Outcome(Pending{[&engine](const Done& done) {
    engine.readiness.ask([done](const base::Result<void>& ready) {
      if (!ready) return done(ready.error());
      done(plain_text("ready\n"));
    });
  }});
}

base::Result<Outcome> get_metrics(Request&, Engine& engine) {
  Reply out = plain_text(engine.metrics.text());
  out.type = "text/plain; version=0.0.4; charset=utf-8";
  return Outcome(std::move(out));
}

}  // namespace sealpost::relay
