// sealpost notify: whether notices arrive.
#include <fmt/format.h>

#include "cmd/never_empty.hpp"
#include "cmd/notifying.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/link_notices.hpp"
#include "text/uuid.hpp"

namespace sealpost::cmd {
namespace {

using notify::Channel;
using notify::Via;

struct TestOptions {
  std::string via;
  std::string language = "en";
  std::string address;
};

base::Result<Channel> channel_for(const notify::Notifier& notifier, const TestOptions& options) {
  if (options.via == "sms") return Channel::kSms;
  if (options.via == "email") return Channel::kEmail;
  if (options.via != "command") {
    return base::Error{base::Code::kUsage, "--via is sms, email or command", ""};
  }
  const Channel fitting = options.address.starts_with('+') ? Channel::kSms : Channel::kEmail;
  if (notifier.via(fitting) == Via::kCommand) return fitting;
  return base::Error{
      base::Code::kUsage,
      fmt::format("notices by {} do not go through a command", notify::channel_name(fitting)),
      "see sealpost-config(5), NOTICES"};
}

base::Result<void> print(Env& env, const notify::Notice& notice, Via via,
                         const notify::Outcome& outcome, const std::string& text) {
  if (env.out.json()) {
    text::OrderedJson document{{"type", "notice-test"},
                               {"channel", notify::channel_name(notice.channel)},
                               {"via", notify::via_name(via)},
                               {"address", notice.address},
                               {"id", notice.id},
                               {"text", text},
                               {"state", outcome.sent ? "sent" : "failed"}};
    if (!outcome.sent) document["reason"] = outcome.reason;
    TRY(env.out.document(document));
  } else if (outcome.sent) {
    TRY(env.out.line(fmt::format("taken by {} for {}", notify::via_name(via), notice.address)));
  }
  if (outcome.sent) return {};
  return base::Error{outcome.may_pass ? base::Code::kUnreachable : base::Code::kPartial,
                     "the notice was not sent: " + outcome.reason,
                     outcome.may_pass ? "it may pass: try again" : ""};
}

base::Result<void> run_test(const TestOptions& options, Env& env) {
  TRY(const Opened opened, open_installation(env));
  TRY(notify::Notifier notifier, make_notifier(env, opened.profile.name, opened.installation));
  TRY(const Channel channel, channel_for(notifier, options));
  if (!notifier.serves(channel)) {
    return base::Error{
        base::Code::kUsage,
        fmt::format("notices by {} are not configured", notify::channel_name(channel)),
        "see sealpost-config(5), NOTICES, and scripts/examples"};
  }
  if (!notify::is_address(channel, options.address)) {
    return base::Error{
        base::Code::kUsage,
        fmt::format("notices by {} do not go to such an address", notify::channel_name(channel)),
        channel == Channel::kSms ? "write it like +15550100" : ""};
  }
  TRY(const notify::Sender sender, flow::notice_sender(opened.installation));
  const notify::Notice notice{text::uuid_v7(env.clock.now(), env.random), channel, options.address,
                              options.language,
                              crypto::SecretBytes(base::as_bytes(sender.sample_link))};
  TRY(const notify::Outcome outcome, notifier.send(notice));
  return print(env, notice, *notifier.via(channel), outcome, notifier.text_of(notice));
}

}  // namespace

void add_notify(CLI::App& app, Env& env) {
  CLI::App& group = add_group(app, "notify", "How contacts are told of links");
  auto [verb, options] =
      add_verb<TestOptions>(group, env, "test", "Send a notice without a message", run_test);
  never_empty(verb.add_option("--via", options.via, "sms, email or command")->required());
  never_empty(
      verb.add_option("--language", options.language, "Language of the notice (default en)"));
  never_empty(verb.add_option("ADDRESS", options.address, "Whom to send it to")->required());
}

}  // namespace sealpost::cmd
