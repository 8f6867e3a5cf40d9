#include <algorithm>

#include "register/record_json.hpp"
#include "register/stream.hpp"

namespace sealpost::reg {
namespace {

using base::Result;

constexpr std::string_view kKind = "register-grant";
constexpr std::string_view kFrame = "sealpost-grant/1 ";
constexpr std::string_view kIdentity = "AGE-SECRET-KEY-1";
constexpr std::size_t kIdentitySize = 74;   // characters
constexpr std::size_t kMaxEpochs = 10'000;  // each is an age recipient of 62 characters
constexpr std::size_t kMaxDevice = 400;     // bytes of organisation, user, device and two slashes

base::Error malformed(std::string_view text) {
  return {base::Code::kMalformed, "a grant of a register key " + std::string(text), ""};
}

Result<void> check(const Grant& grant) {
  if (!is_label(grant.to, kMaxDevice)) return malformed("to no device");
  if (grant.recipients.empty()) return malformed("without an epoch");
  if (grant.recipients.size() > kMaxEpochs) return malformed("with more than 10,000 epochs");
  if (!std::all_of(grant.recipients.begin(), grant.recipients.end(), is_recipient)) {
    return malformed("with a recipient that is none");
  }
  return {};
}

// "<number> <recipient>", numbered from 1 on without a gap.
Result<std::vector<std::string>> read_recipients(note::StatementReader& reader) {
  TRY(const auto values, reader.all("epoch"));
  std::vector<std::string> recipients;
  for (const std::string& value : values) {
    const std::string prefix = std::to_string(recipients.size() + 1) + " ";
    if (!value.starts_with(prefix)) return malformed("whose epochs are misnumbered");
    recipients.push_back(value.substr(prefix.size()));
  }
  return recipients;
}

Result<Stream> read_stream(note::StatementReader& reader) {
  TRY(const std::string name, reader.one("stream"));
  const auto stream = stream_from_name(name);
  if (!stream) return malformed("of a stream that is none");
  return *stream;
}

// One identity a line. The text is secret: nothing of it gets into a message.
bool are_identities(std::string_view text) {
  if (text.empty() || text.size() % (kIdentitySize + 1) != 0) return false;
  for (; !text.empty(); text.remove_prefix(kIdentitySize + 1)) {
    const std::string_view line = text.substr(0, kIdentitySize);
    if (!line.starts_with(kIdentity) || text[kIdentitySize] != '\n') return false;
    if (line.find('\n') != std::string_view::npos) return false;
  }
  return true;
}

}  // namespace

Result<std::string> format(const Grant& grant) {
  TRY(check(grant));
  note::StatementBuilder builder(kKind);
  builder.add("stream", stream_name(grant.stream))
      .add("to", grant.to)
      .add_time("at", grant.at)
      .add("log", note::format_view(grant.log))
      .add("trust", note::format_view(grant.trust));
  for (std::size_t i = 0; i < grant.recipients.size(); ++i) {
    builder.add("epoch", std::to_string(i + 1) + " " + grant.recipients[i]);
  }
  return builder.text();
}

Result<Grant> parse_grant(std::string_view text) {
  TRY(auto reader, note::StatementReader::open(text, kKind));
  Grant grant;
  TRY(grant.stream, read_stream(reader));
  TRY(grant.to, reader.one("to"));
  TRY(grant.at, reader.time("at"));
  TRY(grant.log, reader.view("log"));
  TRY(grant.trust, reader.view("trust"));
  TRY(grant.recipients, read_recipients(reader));
  TRY(reader.finish());
  // One spelling only: what differs from our own writing of the same values is refused.
  TRY(const std::string canonical, format(grant));
  if (canonical != text) return malformed("whose fields are out of order or spelled otherwise");
  return grant;
}

crypto::SecretBytes frame_grant(std::string_view note, const crypto::SecretBytes& identities) {
  const std::string head = std::string(kFrame) + std::to_string(note.size()) + "\n";
  crypto::SecretBytes framed(head.size() + note.size() + identities.size());
  auto* out = std::copy(head.begin(), head.end(), framed.expose_mutable().data());
  out = std::copy(note.begin(), note.end(), out);
  const auto secret = identities.expose();
  std::copy(secret.begin(), secret.end(), out);
  return framed;
}

Result<GrantFrame> open_grant_frame(const crypto::SecretBytes& plain) {
  std::string_view text = plain.expose_text();
  if (!text.starts_with(kFrame)) return malformed("is none of version 1");
  text.remove_prefix(kFrame.size());
  const std::size_t line = text.substr(0, 24).find('\n');
  if (line == std::string_view::npos) return malformed("without the size of its note");
  TRY(const std::uint64_t size, base::parse_decimal(text.substr(0, line), note::kMaxNoteSize));
  text.remove_prefix(line + 1);
  if (size > text.size()) return malformed("that is cut short");
  const std::string_view identities = text.substr(size);
  if (!are_identities(identities)) return malformed("whose identities are out of form");
  return GrantFrame{std::string(text.substr(0, size)),
                    crypto::SecretBytes(base::as_bytes(identities))};
}

}  // namespace sealpost::reg
