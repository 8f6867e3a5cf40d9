#include "cmd/outbox_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/notice_words.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

using flow::Fate;

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) {
    if (!all.empty()) all += ", ";
    all += word;
  }
  return all;
}

std::string_view state_of(const flow::OutboxEntry& entry) {
  if (entry.notice) return "notice";
  return entry.sealed ? "unconfirmed" : "uploading";
}

text::OrderedJson entry_json(const flow::OutboxEntry& entry) {
  text::OrderedJson document{{"type", "outbox-entry"},
                             {"id", entry.id},
                             {"state", state_of(entry)},
                             {"to", entry.to},
                             {"subject", entry.subject.value_or("")},
                             {"purpose", entry.purpose},
                             {"began", text::format_time(entry.began)},
                             {"files", entry.files},
                             {"stored", entry.stored},
                             {"keyed", entry.keyed},
                             {"repeatable", entry.repeatable}};
  if (entry.number) document["number"] = *entry.number;
  return document;
}

std::string_view result_of(const flow::Retried& one) {
  if (one.error) return "failed";
  if (one.elsewhere) return "elsewhere";
  if (one.sent && notice_failed(*one.sent)) return "partial";
  return one.sent && one.sent->complete ? "sent" : "partial";
}

text::OrderedJson retried_json(const flow::Retried& one) {
  text::OrderedJson document{{"type", "outbox-result"}, {"id", one.id}, {"result", result_of(one)}};
  if (one.sent) document["duplicate"] = one.sent->duplicate;
  if (one.sent && one.sent->link) add_notice(one.sent->link->notice, document);
  if (one.error) {
    document["code"] = base::code_name(one.error->code);
    document["message"] = one.error->text;
    document["hint"] = one.error->hint;
  }
  return document;
}

base::Result<void> print_one(Env& env, const flow::Retried& one) {
  if (env.out.json()) return env.out.document(retried_json(one));
  if (one.error) {
    const std::string hint = one.error->hint.empty() ? "" : " (" + one.error->hint + ")";
    env.out.warn(fmt::format("{}: {}{}", one.id, one.error->text, hint));
    return {};
  }
  if (one.elsewhere) {
    env.out.note(one.id + " is being sent by another process");
    return {};
  }
  if (one.sent && !one.sent->complete) env.out.warn(one.id + " did not reach everybody");
  if (one.sent && notice_failed(*one.sent)) {
    env.out.warn(
        fmt::format("{}: the notice was not sent: {}", one.id, one.sent->link->notice.reason));
  }
  return env.out.line(one.id);
}

std::string_view outcome_name(Fate fate) {
  switch (fate) {
    case Fate::kNotSent:
      return "not-sent";
    case Fate::kNotTold:
      return "not-told";
    case Fate::kNotAccepted:
      return "not-accepted";
    case Fate::kConfirmed:
      return "confirmed";
    case Fate::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view outcome_text(Fate fate) {
  switch (fate) {
    case Fate::kNotSent:
      return "It is dropped; it was never sent.";
    case Fate::kNotTold:
      return "No notice of it will be sent; the message stays sent.";
    case Fate::kNotAccepted:
      return "It is dropped; the relay had not accepted it.";
    case Fate::kConfirmed:
      return "The relay had accepted it: it is confirmed now, and not dropped.";
    case Fate::kUnknown:
      return "It is dropped here; whether the relay accepted it is not known.";
  }
  return "";
}

}  // namespace

base::Result<void> print_outbox(Env& env, const std::vector<flow::OutboxEntry>& entries) {
  std::vector<ui::Row> rows;
  for (const flow::OutboxEntry& entry : entries) {
    if (env.out.json()) TRY(env.out.document(entry_json(entry)));
    rows.push_back({entry.id, std::string(state_of(entry)), joined(entry.to),
                    text::format_time(entry.began),
                    entry.files.empty() ? "" : ui::human_size(entry.stored), joined(entry.files),
                    entry.subject.value_or("")});
  }
  if (env.out.json()) return {};
  return env.out.table({"ID", "STATE", "TO", "BEGAN", "PROGRESS", "FILES", "SUBJECT"}, rows);
}

base::Result<void> print_retried(Env& env, const std::vector<flow::Retried>& results) {
  std::size_t failed = 0;
  const flow::Retried* first = nullptr;
  bool alike = true;
  bool missed = false;
  for (const flow::Retried& one : results) {
    const bool alone = results.size() == 1 && one.error;  // then it is the command's own error
    if (!alone) TRY(print_one(env, one));
    missed = missed || (one.sent && (!one.sent->complete || notice_failed(*one.sent)));
    if (!one.error) continue;
    ++failed;
    if (first == nullptr) first = &one;
    alike = alike && one.error->code == first->error->code;
  }
  if (failed != 0 && failed == results.size() && alike) return *first->error;
  if (failed != 0) {
    return base::Error{base::Code::kPartial,
                       fmt::format("{} of {} messages could not be sent", failed, results.size()),
                       "they stay in the outbox: sealpost outbox list"};
  }
  if (missed) return base::Error{base::Code::kPartial, "some recipients were not reached", ""};
  return {};
}

std::string drop_question(const flow::OutboxEntry& entry, const flow::Asked& asked) {
  const std::string what = fmt::format("Drop message {} to {}", entry.id, joined(entry.to));
  switch (asked.fate) {
    case Fate::kNotSent:
      return what + ", which was never sent?";
    case Fate::kNotTold:
      return fmt::format("Send {} no notice of message {}, which was sent?", joined(entry.to),
                         entry.id);
    case Fate::kNotAccepted:
      return what + ", which the relay has not accepted?";
    default:
      return fmt::format("{}? It is not known whether the relay accepted it ({}).", what,
                         asked.why);
  }
}

base::Result<void> print_dropped(Env& env, const std::string& id, const flow::Asked& asked) {
  if (!env.out.json()) return env.out.line(outcome_text(asked.fate));
  text::OrderedJson document{
      {"type", "outbox-drop"}, {"id", id}, {"outcome", outcome_name(asked.fate)}};
  if (!asked.why.empty()) document["reason"] = asked.why;
  return env.out.document(document);
}

}  // namespace sealpost::cmd
