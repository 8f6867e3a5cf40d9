#include "cmd/listing.hpp"

#include <fmt/format.h>

#include "cmd/notice_words.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

std::string joined_users(const std::vector<std::string>& names) {
  std::string users;
  for (const std::string& name : names) {
    if (!users.empty()) users += ", ";
    users += user_of(name);
  }
  return users;
}

std::string recall_text(const flow::Listed& message) {
  const flow::RecallMark& mark = *message.record.recalled;
  return fmt::format("recalled by {}{}", user_of(mark.by),
                     mark.reason.empty() ? "" : ": " + mark.reason);
}

ui::Row row_of(const flow::Listed& message) {
  const bool sent = message.record.direction == flow::Direction::kSent;
  const std::size_t files = message.header.attachments.size();
  std::string mark = message.record.unread ? "N" : "";
  if (!message.record.confirmed) mark = "?";
  if (message.notice && flow::is_open(*message.notice)) mark = "!";
  if (message.record.recalled) mark = "R";
  return {
      fmt::format("{}", message.record.number),
      mark,
      sent ? joined_users(message.header.to) : user_of(message.header.from),
      text::format_time(message.header.sent),
      message.header.purpose,
      files == 0 ? "" : fmt::format("{}", files),
      flow::is_gone(message.record) ? recall_text(message) : message.header.subject.value_or("")};
}

}  // namespace

text::OrderedJson receipt_json(const flow::Listed& message, const flow::Progressed& recipient) {
  text::OrderedJson out{{"type", "receipt"},
                        {"message", message.record.id},
                        {"number", message.record.number},
                        {"to", recipient.user},
                        {"device", recipient.device},
                        {"state", recipient.state},
                        {"sent", text::format_time(message.header.sent)},
                        {"delivered", ui::time_or_nothing(recipient.delivered)},
                        {"read", ui::time_or_nothing(recipient.read)},
                        {"last-resort", recipient.last_resort}};
  if (message.notice) add_notice(*message.notice, out);
  return out;
}

std::string user_of(std::string_view full_name) {
  const std::vector<std::string_view> parts = base::split(full_name, '/');
  return std::string(parts.size() > 1 ? parts[1] : full_name);
}

text::OrderedJson message_json(const flow::Listed& message) {
  const message::Header& header = message.header;
  text::OrderedJson to = text::OrderedJson::array();
  for (const std::string& name : header.to) to.push_back(user_of(name));
  text::OrderedJson attachments = text::OrderedJson::array();
  for (const message::Attachment& attachment : header.attachments) {
    attachments.push_back({{"name", attachment.name}, {"size", attachment.size}});
  }
  text::OrderedJson out{{"type", "message"},
                        {"number", message.record.number},
                        {"id", header.id},
                        {"from", user_of(header.from)},
                        {"to", std::move(to)},
                        {"subject", header.subject.value_or("")},
                        {"purpose", header.purpose},
                        {"sent", text::format_time(header.sent)},
                        {"expires", text::format_time(header.expires)},
                        {"unread", message.record.unread},
                        {"confirmed", message.record.confirmed},
                        {"attachments", std::move(attachments)}};
  if (const auto& contact = message.record.contact) {
    out["expires"] = nullptr;
    out["contact"] = contact->contact;
    out["answers"] = contact->answers;
    out["confirms"] = contact->confirms;
  }
  if (message.notice) add_notice(*message.notice, out);
  if (const auto& mark = message.record.recalled) {
    out["recalled"] = {
        {"by", mark->by}, {"reason", mark->reason}, {"at", text::format_time(mark->at)}};
  }
  return out;
}

base::Result<void> print_messages(Env& env, const std::vector<flow::Listed>& messages) {
  std::vector<ui::Row> rows;
  for (const flow::Listed& message : messages) {
    if (env.out.json()) {
      TRY(env.out.document(message_json(message)));
    } else {
      rows.push_back(row_of(message));
    }
  }
  if (env.out.json()) return {};
  const bool sent = !messages.empty() && messages[0].record.direction == flow::Direction::kSent;
  return env.out.table({"NO", "", sent ? "TO" : "FROM", "SENT", "PURPOSE", "FILES", "SUBJECT"},
                       rows);
}

}  // namespace sealpost::cmd
