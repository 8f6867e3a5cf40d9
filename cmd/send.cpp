// sealpost send: a message, files, or both, to members.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.hpp"
#include "cmd/opened.hpp"
#include "cmd/ui/transfer.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/send.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMaxText = 8 << 20;  // bytes; policy may allow less
constexpr std::size_t kMaxSubject = 4096;

struct Options {
  std::vector<std::string> to;
  std::string subject;
  std::string subject_file;
  std::string purpose = "general";
  std::string expires;
  std::vector<std::string> files;
  std::string file_name;
  std::string key;
  bool partial = false;
  std::string text;
};

base::Error usage(std::string text, std::string hint) {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

base::Result<std::vector<flow::OutgoingFile>> outgoing_files(const Options& options) {
  std::vector<flow::OutgoingFile> files;
  const auto from_stdin = std::count(options.files.begin(), options.files.end(), "-");
  if (from_stdin > 1) return usage("--file - can be given once", "");
  if (from_stdin == 1 && options.file_name.empty()) {
    return usage("a file from standard input needs a name", "add --file-name dump.sql");
  }
  if (from_stdin == 0 && !options.file_name.empty()) {
    return usage("--file-name names the file from standard input", "add --file -");
  }
  for (const std::string& file : options.files) {
    const std::string name =
        file == "-" ? options.file_name : std::filesystem::path(file).filename().string();
    files.push_back({file, name});
  }
  return files;
}

bool text_from_stdin(const Options& options) {
  const bool taken =
      std::find(options.files.begin(), options.files.end(), "-") != options.files.end();
  return options.text == "-" || (options.text.empty() && options.files.empty() && !taken);
}

base::Result<crypto::SecretBytes> message_text(const Options& options, Env& env) {
  if (!text_from_stdin(options)) return crypto::SecretBytes(base::as_bytes(options.text));
  if (std::find(options.files.begin(), options.files.end(), "-") != options.files.end()) {
    return usage("standard input is the text or a file, not both", "");
  }
  if (::isatty(STDIN_FILENO) != 0) {
    env.out.note("Type the message; end it with Ctrl-D on an empty line.");
  }
  TRY(base::Bytes bytes, base::read_fd(STDIN_FILENO, kMaxText));
  crypto::SecretBytes body{base::ByteView(bytes)};
  crypto::wipe(bytes);
  return body;
}

base::Result<std::optional<std::string>> subject_of(const Options& options) {
  if (!options.subject.empty() && !options.subject_file.empty()) {
    return usage("--subject and --subject-file exclude each other", "");
  }
  if (options.subject_file.empty()) {
    return options.subject.empty() ? std::optional<std::string>() : options.subject;
  }
  TRY(const base::Bytes bytes, base::read_file(options.subject_file, kMaxSubject));
  std::string_view line = base::as_text(bytes);
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::optional<std::string>(line);
}

base::Result<flow::SendRequest> request_of(const Options& options, Env& env) {
  flow::SendRequest request;
  request.to = options.to;
  TRY(request.subject, subject_of(options));
  request.purpose = options.purpose;
  if (!options.expires.empty()) {
    TRY(request.expires, text::parse_deadline(options.expires, env.clock.now()));
  }
  TRY(request.files, outgoing_files(options));
  TRY(request.body, message_text(options, env));
  if (!text::is_utf8(request.body.expose_text())) {
    return usage("a message's text is UTF-8", "send other data with --file");
  }
  if (!options.key.empty()) request.key = options.key;
  request.partial = options.partial;
  return request;
}

base::Result<void> print(Env& env, const flow::Sent& sent) {
  if (env.out.json()) {
    text::OrderedJson recipients = text::OrderedJson::array();
    for (const flow::RecipientRecord& recipient : sent.recipients) {
      recipients.push_back(
          {{"to", recipient.user}, {"device", recipient.device}, {"state", recipient.state}});
    }
    TRY(env.out.document({{"type", "sent"},
                          {"id", sent.id},
                          {"duplicate", sent.duplicate},
                          {"recipients", std::move(recipients)}}));
  } else {
    TRY(env.out.line(sent.id));
    if (sent.duplicate) env.out.note("It was sent before; nothing was sent again.");
  }
  if (sent.complete) return {};
  std::string missed;
  for (const flow::RecipientRecord& recipient : sent.recipients) {
    if (recipient.state == "accepted") continue;
    if (!missed.empty()) missed += ", ";
    missed += fmt::format("{} ({})", recipient.user, recipient.state);
  }
  return base::Error{base::Code::kPartial, "not sent to " + missed, ""};
}

base::Result<void> run_send(const Options& options, Env& env) {
  TRY(const flow::SendRequest request, request_of(options, env));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  ui::Transfer progress(env);
  TRY(const flow::Sent sent, flow::send(opened.installation, request, context, progress));
  return print(env, sent);
}

}  // namespace

void add_send(CLI::App& app, Env& env) {
  auto [verb, options] =
      add_verb<Options>(app, env, "send", "Send a message or files to members", run_send);
  add_repeatable(verb, "--to", options.to, "A recipient's user id; repeatable")->required();
  auto* subject = verb.add_option("--subject", options.subject, "One line, sealed like the text");
  verb.add_option("--subject-file", options.subject_file, "File with the subject")
      ->excludes(subject);
  verb.add_option("--purpose", options.purpose, "Why it is sent (default general)");
  verb.add_option("--expires", options.expires, "When it is deleted unread, like 7d");
  add_repeatable(verb, "--file", options.files, "A file to attach, - for standard input");
  verb.add_option("--file-name", options.file_name, "Name of the file from standard input");
  verb.add_option("--key", options.key, "The same key sends once, however often it is repeated");
  verb.add_flag("--partial", options.partial, "Send although some recipients cannot be reached");
  verb.add_option("TEXT", options.text, "The message; - or nothing reads standard input");
}

}  // namespace sealpost::cmd
