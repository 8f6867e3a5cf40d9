// sealpost send: a message, files, or both, to members.
#include <fmt/format.h>
#include "cmd/compose.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/notice_words.hpp"
#include "cmd/notifying.hpp"
#include "cmd/opened.hpp"
#include "cmd/send_batch.hpp"
#include "cmd/sent_json.hpp"
#include "cmd/ui/transfer.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/link_notices.hpp"

namespace sealpost::cmd {
namespace {

void note_last_resorts(Env& env, const flow::Sent& sent) {
  std::string devices;
  for (const flow::RecipientRecord& recipient : sent.recipients) {
    if (!recipient.last_resort) continue;
    devices += (devices.empty() ? "" : ", ") + recipient.device;
  }
  if (devices.empty()) return;
  env.out.note("Sealed for the last-resort prekey of " + devices +
               ": until that is replaced and destroyed, whoever takes it can open this message.");
}

void note_notice(Env& env, const SendOptions& options, const flow::LinkMade& link) {
  using Stage = flow::NoticeState::Stage;
  if (link.notice.stage == Stage::kSent)
    env.out.note("The contact was told, by " + link.channel + ".");
  if (link.notice.stage != Stage::kNone || options.no_notice) return;
  env.out.note(
      link.channel.empty()
          ? "No notice was sent: the register has no phone number and no e-mail address. "
            "Hand the link over yourself."
          : fmt::format("No notice was sent: none is configured for {}. Hand the link over "
                        "yourself, or see sealpost-notify(1).",
                        link.channel));
}

base::Result<void> print_result(Env& env, const SendOptions& options, const flow::Sent& sent) {
  if (env.out.json()) {
    TRY(env.out.document(sent_json(sent)));
  } else {
    TRY(env.out.line(sent.id));
    if (sent.link) TRY(env.out.line(sent.link->address.expose_text()));
    if (sent.duplicate) env.out.note("It was sent before; nothing was sent again.");
    note_last_resorts(env, sent);
    if (sent.link) note_notice(env, options, *sent.link);
  }
  return {};
}

// The message stands; what can be repeated is its notice.
base::Error not_told(const SendOptions& options, const flow::Sent& sent) {
  const flow::NoticeState& notice = sent.link->notice;
  const std::string retry = "`sealpost outbox retry " + sent.id + "` tries it again";
  return {notice.code == base::Code::kInterrupted ? notice.code : base::Code::kPartial,
          "the message was sent, but the notice of it was not: " + notice.reason,
          options.key.empty() ? retry : retry + ", and so does the same command"};
}

base::Result<void> print(Env& env, const SendOptions& options, const flow::Sent& sent) {
  if (sent.adopted) {
    env.out.note(
        "The relay had accepted the same content under this key before; this vault, an older copy, "
        "did not know it.");
  }
  if (auto printed = print_result(env, options, sent); !printed) {
    return base::Error{
        base::Code::kInternal,
        fmt::format("message {} was sent, but saying so failed: {}", sent.id, printed.error().text),
        "do not send it again"};
  }
  if (notice_failed(sent) && !options.no_notice) return not_told(options, sent);
  if (sent.complete) return {};
  std::string missed;
  for (const flow::RecipientRecord& recipient : sent.recipients) {
    if (recipient.state == "accepted") continue;
    if (!missed.empty()) missed += ", ";
    missed += fmt::format("{} ({})", recipient.user, recipient.state);
  }
  return base::Error{base::Code::kPartial, "not sent to " + missed, ""};
}

// The lines of a batch say everything about their messages.
base::Result<void> check_batch(const SendOptions& options) {
  const bool others = !options.to.empty() || !options.text.empty() || !options.files.empty() ||
                      !options.subject.empty() || !options.subject_file.empty() ||
                      !options.key.empty() || !options.passcode.empty() ||
                      !options.passcode_file.empty() || options.partial;
  if (!others) return {};
  return base::Error{base::Code::kUsage, "--batch reads all about its messages from its lines",
                     "put recipients and texts into them"};
}

base::Result<void> run_send(const SendOptions& options, Env& env) {
  if (!options.batch.empty()) {
    TRY(check_batch(options));
    return send_batch(options.batch, options.no_notice, env);
  }
  TRY(flow::SendRequest request, compose(options, env));
  TRY(Opened opened, open_installation(env));
  const bool no_notice = options.no_notice || !flow::is_for_contact(request);
  TRY(std::optional<notify::Notifier> notifier,
      notifier_unless(no_notice, env, opened.profile.name, opened.installation));
  if (notifier) request.link.told_by = flow::channels_of(*notifier);
  flow::Context context = context_of(env);
  ui::Transfer progress(env);
  TRY(const flow::Sent sent,
      flow::send(opened.installation, request, context, progress, notifier ? &*notifier : nullptr));
  return print(env, options, sent);
}

}  // namespace

void add_send(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<SendOptions>(app, env, "send", "Send a message or files", run_send);
  add_repeatable(verb, "--to", options.to, "A user id, group:icu or contact:jane-doe; repeatable");
  const Option subject =
      verb.add_option("--subject", options.subject, "One line, sealed like the text");
  verb.add_option("--subject-file", options.subject_file, "File with the subject")
      ->excludes(subject);
  verb.add_option("--purpose", options.purpose, "Why it is sent (default general)");
  verb.add_option("--expires", options.expires, "When it is deleted unread, like 7d");
  add_repeatable(verb, "--file", options.files, "A file to attach, - for standard input");
  verb.add_option("--file-name", options.file_name, "Name of the file from standard input");
  never_empty(verb.add_option("--key", options.key,
                              "The same key sends once, however often it is repeated"));
  never_empty(
      verb.add_option("--bwlimit", options.bwlimit, "Most bytes per second, like 500K or 20M"));
  never_empty(verb.add_option("--passcode", options.passcode,
                              "What a contact is asked for: ask, birthdate or none"));
  never_empty(verb.add_option("--passcode-file", options.passcode_file,
                              "File with the passcode, - for standard input"));
  verb.add_option("--max-views", options.max_views, "How often a contact may open it (default 1)");
  verb.add_flag("--no-notice", options.no_notice, "Tell a contact nothing, only print the link");
  verb.add_flag("--partial", options.partial, "Send although some recipients cannot be reached");
  never_empty(
      verb.add_option("--batch", options.batch, "Messages as lines of JSON, - for standard input"))
      ->type_name("FILE");
  verb.add_option("TEXT", options.text, "The message; - or nothing reads standard input");
}

}  // namespace sealpost::cmd
