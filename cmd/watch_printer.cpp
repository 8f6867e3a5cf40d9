#include "cmd/watch_printer.hpp"

#include <fmt/format.h>

#include "cmd/listing.hpp"
#include "cmd/watch_events.hpp"

namespace sealpost::cmd {

base::Result<void> Refusals::refused(const flow::Rejected& delivery) {
  reasons_.push_back(delivery.reason);
  env_.out.warn(fmt::format("refused {} from {}: {}", delivery.id, delivery.from, delivery.reason));
  return {};
}

base::Result<void> Refusals::refused(const std::string& receipt) {
  reasons_.push_back(receipt);
  env_.out.warn(receipt);
  return {};
}

base::Result<void> Refusals::verdict() const {
  if (reasons_.empty()) return {};
  return base::Error{
      base::Code::kVerificationFailed,
      fmt::format("{} of what came was refused: {}", reasons_.size(), reasons_.front()),
      "nothing of it was stored"};
}

base::Result<void> Printer::message(const flow::Listed& message) {
  if (env_.out.json()) return env_.out.document(message_json(message));
  return env_.out.line(message_text(message));
}

base::Result<void> Printer::receipt(const flow::Listed& message,
                                    const flow::Progressed& recipient) {
  if (env_.out.json()) return env_.out.document(receipt_json(message, recipient));
  return env_.out.line(receipt_text(message, recipient));
}

base::Result<void> Printer::recall(const flow::RecallRecord& recall) {
  if (env_.out.json()) return env_.out.document(recall_json(recall));
  return env_.out.line(recall_text(recall));
}

base::Result<void> Printer::order(const flow::Obeyed& order) {
  if (env_.out.json()) return env_.out.document(order_json(order));
  return env_.out.line(order_text(order));
}

base::Result<void> Printer::away(const base::Error& why) {
  env_.out.warn("the relay is away, trying again: " + why.text);
  return state(true);
}

base::Result<void> Printer::back() {
  env_.out.note("the relay is back");
  return state(false);
}

base::Result<void> Printer::state(bool away) {
  if (!env_.out.json()) return {};
  return env_.out.document(connection_json(away));
}

}  // namespace sealpost::cmd
