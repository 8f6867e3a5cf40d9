#include "cmd/watch_exec.hpp"

#include <fmt/format.h>

#include "cmd/listing.hpp"
#include "cmd/watch_events.hpp"
#include "flow/command.hpp"

namespace sealpost::cmd {

base::Result<void> Runner::run(const text::OrderedJson& document) {
  TRY(const int status, flow::run_command(command_, text::to_line(document) + "\n", interrupt_));
  if (status == 0) return {};
  const std::string why = fmt::format("{} ended with status {}", command_.front(), status);
  env_.out.warn(why);
  return base::Error{base::Code::kPartial, why + ", and the event counts as not told",
                     "it is told again until the command ends with 0"};
}

// It says how things are, which another time will be another way.
base::Result<void> Runner::run_once(const text::OrderedJson& document) {
  const auto done = run(document);
  if (done || done.error().code == base::Code::kPartial) return {};
  return done;
}

base::Result<void> Runner::message(const flow::Listed& message) {
  return run(message_json(message));
}

base::Result<void> Runner::receipt(const flow::Listed& message, const flow::Progressed& recipient) {
  return run(receipt_json(message, recipient));
}

base::Result<void> Runner::recall(const flow::RecallRecord& recall) {
  return run(recall_json(recall));
}

base::Result<void> Runner::order(const flow::Obeyed& order) { return run_once(order_json(order)); }

base::Result<void> Runner::away(const base::Error& why) {
  env_.out.warn("the relay is away, trying again: " + why.text);
  return run_once(connection_json(true));
}

base::Result<void> Runner::back() {
  env_.out.note("the relay is back");
  return run_once(connection_json(false));
}

}  // namespace sealpost::cmd
