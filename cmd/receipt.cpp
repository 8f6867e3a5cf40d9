// sealpost receipt: what became of what was sent, and the proof of it.
#include <fmt/format.h>

#include "cmd/listing.hpp"
#include "cmd/opened.hpp"
#include "cmd/receipt_export.hpp"
#include "cmd/receipt_verify.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/receipts.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

base::Result<void> print(Env& env, const std::vector<flow::MessageProgress>& messages) {
  std::vector<ui::Row> rows;
  for (const flow::MessageProgress& progress : messages) {
    const flow::Listed& message = progress.message;
    for (const flow::Progressed& item : progress.recipients) {
      if (env.out.json()) {
        TRY(env.out.document(receipt_json(message, item)));
      }
      rows.push_back({fmt::format("{}", message.record.number), item.user, item.device, item.state,
                      ui::time_or_nothing(item.delivered), ui::time_or_nothing(item.read)});
      if (message.notice) {
        rows.back()[3] +=
            fmt::format(", notice {}", flow::notice_stage_name(message.notice->stage));
      }
    }
  }
  if (env.out.json()) return {};
  return env.out.table({"NO", "TO", "DEVICE", "STATE", "DELIVERED", "READ"}, rows);
}

// Shows what is known when the relay cannot be asked; anything worse than silence is an error.
// Receipts that do not hold are named, and make the command fail after it has listed the others.
base::Result<void> refresh(Env& env, Opened& opened, base::Result<void>& verdict) {
  flow::Context context = context_of(env);
  auto refused = flow::sync_receipts(opened.installation, context);
  if (refused) {
    for (const std::string& why : *refused) env.out.warn(why);
    if (!refused->empty()) {
      verdict = base::Error{base::Code::kVerificationFailed, refused->front(),
                            "tell the organisation's owner"};
    }
    return {};
  }
  const base::Code code = refused.error().code;
  if (code != base::Code::kUnreachable && code != base::Code::kBusy) return refused.error();
  env.out.warn("receipts may be missing: " + refused.error().text);
  return {};
}

struct ListOptions {
  bool not_read = false;
  std::string older_than;
};

base::Result<void> run_list(const ListOptions& options, Env& env) {
  flow::ReceiptFilter filter{options.not_read, {}};
  if (!options.older_than.empty()) {
    TRY(filter.older_than, text::parse_span(options.older_than));
  }
  TRY(Opened opened, open_installation(env));
  base::Result<void> verdict;
  TRY(refresh(env, opened, verdict));
  TRY(const auto messages, flow::list_receipts(opened.installation, filter, env.clock.now()));
  TRY(print(env, messages));
  return verdict;
}

struct ShowOptions {
  std::string message;
};

base::Result<void> run_show(const ShowOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  base::Result<void> verdict;
  TRY(refresh(env, opened, verdict));
  TRY(flow::MessageProgress progress, flow::show_receipts(opened.installation, options.message));
  std::vector<flow::MessageProgress> one;
  one.push_back(std::move(progress));
  TRY(print(env, one));
  return verdict;
}

struct WaitOptions {
  std::string message;
  std::string state = "read";
  std::string timeout = "2h";
};

base::Result<void> run_wait(const WaitOptions& options, Env& env) {
  const std::optional<receipt::State> state = receipt::state_from_name(options.state);
  if (state != receipt::State::kDelivered && state != receipt::State::kRead) {
    return base::Error{base::Code::kUsage,
                       "--state " + text::for_terminal(options.state) + " is not one to wait for",
                       "there are: --state delivered, --state read"};
  }
  TRY(const base::milliseconds timeout, text::parse_span(options.timeout));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(flow::MessageProgress progress,
      flow::wait_receipts(opened.installation, options.message, *state, timeout, context));
  std::vector<flow::MessageProgress> one;
  one.push_back(std::move(progress));
  return print(env, one);
}

}  // namespace

void add_receipt(CLI::App& app, Env& env) {
  CLI::App& receipt = add_group(app, "receipt", "Who received, who read, and the proof");
  auto [list, list_options] =
      add_verb<ListOptions>(receipt, env, "list", "List receipts of what was sent", run_list);
  list.add_flag("--not-read", list_options.not_read, "Only what somebody has not read");
  list.add_option("--older-than", list_options.older_than,
                  "Only what was sent longer ago, like 4h");
  auto [show, show_options] =
      add_verb<ShowOptions>(receipt, env, "show", "Show the receipts of one message", run_show);
  show.add_option("MESSAGE", show_options.message, "Number or id")->required();
  auto [wait, wait_options] = add_verb<WaitOptions>(
      receipt, env, "wait", "Wait until everybody received or read", run_wait);
  wait.add_option("MESSAGE", wait_options.message, "Number or id")->required();
  wait.add_option("--state", wait_options.state, "delivered or read (default read)");
  wait.add_option("--timeout", wait_options.timeout, "Give up after so long (default 2h)");
  add_receipt_verify(receipt, env);
  add_receipt_export(receipt, env);
}

}  // namespace sealpost::cmd
