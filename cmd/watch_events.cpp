#include "cmd/watch_events.hpp"

#include <fmt/format.h>

#include "cmd/listing.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {

text::OrderedJson recall_json(const flow::RecallRecord& recall) {
  return {{"type", "recall"},
          {"message", recall.message},
          {"number", recall.number},
          {"from", recall.from},
          {"by", recall.by},
          {"reason", recall.reason},
          {"recalled", text::format_time(recall.at)},
          {"outcome", recall.end == flow::RecallEnd::kRead ? "read" : "destroyed"}};
}

text::OrderedJson order_json(const flow::Obeyed& order) {
  return {{"type", "order"},      {"order", "wipe"},
          {"id", order.order.id}, {"device", order.order.device.str()},
          {"by", order.by},       {"reason", order.order.reason}};
}

text::OrderedJson connection_json(bool away) {
  return {{"type", "connection"}, {"state", away ? "away" : "back"}};
}

std::string message_text(const flow::Listed& message) {
  const message::Header& header = message.header;
  const std::string subject = header.subject ? ": " + *header.subject : "";
  return fmt::format("message {} from {} for {}{}", message.record.number, user_of(header.from),
                     header.purpose, subject);
}

std::string receipt_text(const flow::Listed& message, const flow::Progressed& recipient) {
  return fmt::format("receipt for message {}: {} {}", message.record.number, recipient.state,
                     recipient.device);
}

std::string recall_text(const flow::RecallRecord& recall) {
  const bool read = recall.end == flow::RecallEnd::kRead;
  return fmt::format("recall of message {} by {}{}{}", recall.number, user_of(recall.by),
                     read ? ", which was read before" : "",
                     recall.reason.empty() ? "" : ": " + recall.reason);
}

std::string order_text(const flow::Obeyed& order) {
  return fmt::format("order to wipe this device from {}", order.by);
}

}  // namespace sealpost::cmd
