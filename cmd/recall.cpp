// sealpost recall: take a message back, as far as nobody has read it.
#include <fmt/format.h>

#include "cmd/listing.hpp"
#include "cmd/opened.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/recall.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

using flow::Recalled;
using flow::RecalledRecipient;

struct Options {
  std::string message;
  std::string from;
  std::string reason;
};

std::string question(const flow::RecallTarget& target, bool own) {
  const std::string whose = own ? "" : fmt::format(", which {} sent", target.from);
  return fmt::format(
      "Recall message {}{}? Who has not read it will not be able to. Nothing brings it back.",
      target.id, whose);
}

text::OrderedJson json_of(const flow::RecallTarget& target, const flow::RecallOutcome& outcome,
                          const RecalledRecipient& recipient) {
  return {{"type", "recall-result"},
          {"message", target.id},
          {"from", target.from},
          {"to", recipient.contact.empty() ? user_of(recipient.device) : ""},
          {"device", recipient.device},
          {"contact", recipient.contact},
          {"state", recalled_name(recipient.state)},
          {"at", ui::time_or_nothing(recipient.at)},
          {"opened", recipient.opened},
          {"by", outcome.by},
          {"reason", outcome.reason},
          {"recalled", text::format_time(outcome.at)},
          {"repeated", outcome.repeated}};
}

base::Result<void> print(Env& env, const flow::RecallTarget& target,
                         const flow::RecallOutcome& outcome) {
  std::vector<ui::Row> rows;
  for (const RecalledRecipient& recipient : outcome.recipients) {
    if (env.out.json()) TRY(env.out.document(json_of(target, outcome, recipient)));
    const bool link = recipient.device.empty();
    rows.push_back(
        {link ? "contact" : user_of(recipient.device), link ? recipient.contact : recipient.device,
         std::string(recalled_name(recipient.state)), ui::time_or_nothing(recipient.at)});
  }
  if (env.out.json()) return {};
  if (outcome.repeated) {
    env.out.note(fmt::format("It was recalled before: by {} at {}.", outcome.by,
                             text::format_time(outcome.at)));
  }
  return env.out.table({"TO", "DEVICE OR CONTACT", "STATE", "AT"}, rows);
}

bool is_too_late(const RecalledRecipient& recipient) {
  return recipient.state == Recalled::kRead || recipient.state == Recalled::kOpened;
}

std::string told(const RecalledRecipient& recipient) {
  const std::string at = ui::time_or_nothing(recipient.at);
  if (recipient.state == Recalled::kRead)
    return fmt::format("{} read it at {}", recipient.device, at);
  return fmt::format("the link of {} was opened {} time{}, first at {}", recipient.contact,
                     recipient.opened, recipient.opened == 1 ? "" : "s", at);
}

base::Result<void> verdict(const flow::RecallOutcome& outcome) {
  std::string late;
  for (const RecalledRecipient& recipient : outcome.recipients) {
    if (is_too_late(recipient)) late += (late.empty() ? "" : "; ") + told(recipient);
  }
  if (late.empty()) return {};
  return base::Error{base::Code::kConflict, "too late: " + late,
                     "what could be withdrawn is withdrawn, and the others are told to delete it"};
}

base::Result<void> run_recall(const Options& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  std::string from;
  if (!options.from.empty()) {
    TRY(const trust::DeviceName name,
        trust::device_meant(options.from, opened.installation.name()));
    from = name.str();
  }
  TRY(const flow::RecallTarget target,
      flow::find_recall_target(opened.installation, options.message, from, context));
  const bool own = target.from == opened.installation.name().str();
  TRY(ui::confirm(env.terminal, env.globals, question(target, own)));
  TRY(const flow::RecallOutcome outcome,
      flow::recall(opened.installation, target, options.reason, context));
  TRY(print(env, target, outcome));
  return verdict(outcome);
}

}  // namespace

void add_recall(CLI::App& app, Env& env) {
  auto [verb, options] = add_verb<Options>(
      app, env, "recall", "Take a message back from who has not read it", run_recall);
  verb.add_option("ID", options.message, "Number or id")->required();
  verb.add_option("--from", options.from, "The device that sent it, when it was not this one");
  verb.add_option("--reason", options.reason, "Why, at most 200 bytes; recipients see it");
}

}  // namespace sealpost::cmd
