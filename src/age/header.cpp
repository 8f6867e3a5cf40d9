#include "age/header.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace sealpost::age {
namespace {

constexpr std::string_view kStanzaMark = "-> ";
constexpr std::string_view kEndMark = "---";
constexpr std::size_t kColumns = 64;  // of a full line of a stanza's body
constexpr std::size_t kMacColumns = 43;

base::Error malformed(std::string_view text) {
  return {base::Code::kMalformed, std::string(text), ""};
}

// Takes lines off the front of a text; every line must end with a line feed.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  base::Result<std::string_view> next() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) return malformed("the header ends in the middle of a line");
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

bool is_argument(std::string_view word) {
  const auto visible = [](char c) { return c >= '!' && c <= '~'; };
  return !word.empty() && std::all_of(word.begin(), word.end(), visible);
}

base::Result<base::Bytes> parse_body(Lines& lines) {
  std::string text;
  for (std::size_t width = kColumns; width == kColumns;) {
    TRY(const std::string_view line, lines.next());
    width = line.size();
    if (width > kColumns) return malformed("a line of a stanza is too long");
    text += line;
  }
  return base::parse_base64_unpadded(text);
}

base::Result<Stanza> parse_stanza(Lines& lines) {
  TRY(std::string_view line, lines.next());
  if (!line.starts_with(kStanzaMark)) return malformed("a line that begins no stanza");
  line.remove_prefix(kStanzaMark.size());
  Stanza stanza;
  for (const std::string_view word : base::split(line, ' ')) {
    if (!is_argument(word)) return malformed("an argument of a stanza is empty or not visible");
    stanza.arguments.emplace_back(word);
  }
  stanza.type = std::move(stanza.arguments.front());
  stanza.arguments.erase(stanza.arguments.begin());
  TRY(stanza.body, parse_body(lines));
  return stanza;
}

base::Result<crypto::Digest> parse_mac(std::string_view line) {
  line.remove_prefix(kEndMark.size());
  if (line.size() != 1 + kMacColumns || line.front() != ' ') {
    return malformed("the last line of the header is not a MAC");
  }
  TRY(const base::Bytes mac, base::parse_base64_unpadded(line.substr(1)));
  return crypto::digest_from(mac);
}

void append_stanza(base::Bytes& out, const Stanza& stanza) {
  base::append(out, base::as_bytes(kStanzaMark));
  base::append(out, base::as_bytes(stanza.type));
  for (const std::string& argument : stanza.arguments) {
    out.push_back(' ');
    base::append(out, base::as_bytes(argument));
  }
  out.push_back('\n');
  const std::string body = base::to_base64_unpadded(stanza.body);
  // The last line is shorter than the others, and empty when the body fills whole lines.
  for (std::size_t at = 0; at <= body.size(); at += kColumns) {
    base::append(out, base::as_bytes(std::string_view(body).substr(at, kColumns)));
    out.push_back('\n');
  }
}

}  // namespace

base::Result<Header> parse_header(base::ByteView file) {
  const std::string_view text = base::as_text(file);
  if (!text.starts_with(kVersionLine)) return malformed("the first line is not that of age v1");
  Lines lines(text.substr(kVersionLine.size()));
  Header header;
  while (!lines.rest().starts_with(kEndMark)) {
    TRY(Stanza stanza, parse_stanza(lines));
    header.stanzas.push_back(std::move(stanza));
  }
  if (header.stanzas.empty()) return malformed("a header without stanzas");
  header.covered = file.first(text.size() - lines.rest().size() + kEndMark.size());
  TRY(const std::string_view last, lines.next());
  TRY(header.mac, parse_mac(last));
  header.size = text.size() - lines.rest().size();
  return header;
}

std::optional<std::size_t> find_header_end(base::ByteView bytes, std::size_t& from) {
  const std::string_view text = base::as_text(bytes);
  for (;;) {
    const std::size_t end = text.find('\n', from);
    if (end == std::string_view::npos) return std::nullopt;
    if (text.substr(from).starts_with(kEndMark)) return end + 1;
    from = end + 1;
  }
}

base::Bytes format_header(std::span<const Stanza> stanzas, const FileKey& file_key) {
  base::Bytes out = base::to_bytes(kVersionLine);
  for (const Stanza& stanza : stanzas) append_stanza(out, stanza);
  base::append(out, base::as_bytes(kEndMark));
  const crypto::Digest mac = header_mac(out, file_key);
  base::append(out, base::as_bytes(" " + base::to_base64_unpadded(mac) + "\n"));
  return out;
}

crypto::Digest header_mac(base::ByteView covered, const FileKey& file_key) {
  crypto::Secret<32, struct HeaderMacKeyTag> key;
  crypto::hkdf_sha256(file_key.expose(), {}, "header", key.expose_mutable());
  return crypto::hmac_sha256(key.expose(), covered);
}

}  // namespace sealpost::age
