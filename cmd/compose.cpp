#include "cmd/compose.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/file.hpp"
#include "cmd/passphrase.hpp"
#include "cmd/rate.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMaxText = 8 << 20;  // bytes; policy may allow less
constexpr std::size_t kMaxSubject = 4096;

base::Error usage(std::string text, std::string hint) {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

base::Result<std::vector<flow::OutgoingFile>> outgoing_files(const SendOptions& options) {
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

bool text_from_stdin(const SendOptions& options) {
  const bool taken =
      std::find(options.files.begin(), options.files.end(), "-") != options.files.end();
  return options.text == "-" || (options.text.empty() && options.files.empty() && !taken);
}

base::Result<crypto::SecretBytes> message_text(const SendOptions& options, Env& env) {
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

base::Result<crypto::SecretBytes> passcode_in(const std::string& file) {
  TRY(crypto::SecretBytes code, passphrase_from_file(file));
  if (code.empty()) return usage("the passcode is empty", "");
  return code;
}

base::Result<std::optional<std::string>> subject_of(const SendOptions& options) {
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

// What the contact will be asked for comes from a file, or from who is at the terminal.
base::Result<crypto::SecretBytes> asked_code(const SendOptions& options, Env& env) {
  if (options.passcode_file == "-" && text_from_stdin(options)) {
    return usage("standard input is the text or the passcode, not both", "");
  }
  if (!options.passcode_file.empty()) return passcode_in(options.passcode_file);
  return typed_new_passphrase(env.terminal, "Passcode for the contact: ");
}

base::Result<flow::LinkWish> link_wish(const SendOptions& options, Env& env) {
  flow::LinkWish wish;
  wish.views = options.max_views;
  const std::string& named = options.passcode;
  if (named.empty() && options.passcode_file.empty()) return wish;
  wish.passcode = named.empty() ? wire::Passcode::kAsk : wire::passcode_from_name(named);
  if (!wish.passcode) {
    return usage("a passcode is asked for, a date of birth, or none",
                 "--passcode ask, birthdate or none");
  }
  if (*wish.passcode != wire::Passcode::kAsk) {
    if (options.passcode_file.empty()) return wish;
    return usage("--passcode-file goes with --passcode ask", "");
  }
  TRY(wish.code, asked_code(options, env));
  return wish;
}

}  // namespace

base::Result<flow::SendRequest> compose(const SendOptions& options, Env& env) {
  if (options.to.empty()) return usage("a message needs a recipient", "add --to dr.lee");
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
  TRY(request.bandwidth, parse_rate(options.bwlimit));
  request.partial = options.partial;
  TRY(request.link, link_wish(options, env));
  return request;
}

}  // namespace sealpost::cmd
