#include <fmt/format.h>

#include <algorithm>

#include "age/armor.hpp"
#include "age/header.hpp"
#include "base/encoding.hpp"
#include "flow/explain_parts.hpp"
#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

constexpr std::string_view kAge = "age v1";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kMacColumns = 43;
constexpr std::uint64_t kMostWork = 22;

// A stanza as its lines stand there.
struct Lines {
  std::string_view first;
  std::vector<std::string_view> body;
};

// What stands between the version line and the MAC, cut at "-> ".
std::vector<Lines> stanzas_in(std::string_view header) {
  std::vector<Lines> found;
  for (const std::string_view line : base::split(header, '\n')) {
    if (line.starts_with("-> ") || found.empty()) {
      found.push_back({line, {}});
    } else {
      found.back().body.push_back(line);
    }
  }
  return found;
}

void explain_body(const Lines& stanza, std::size_t number, Checks& checks) {
  const std::vector<std::string_view>& body = stanza.body;
  bool wrapped = !body.empty() && body.back().size() < kColumns;
  for (std::size_t i = 0; i + 1 < body.size(); ++i) wrapped = wrapped && body[i].size() == kColumns;
  checks.expect(
      fmt::format("the body of stanza {} has lines of 64 columns, the last one shorter", number),
      wrapped);
  std::string all;
  for (const std::string_view line : body) all += line;
  checks.expect(fmt::format("the body of stanza {} is canonical base64 without padding", number),
                base::parse_base64_unpadded(all).has_value());
}

bool is_argument(std::string_view word) {
  return !word.empty() &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '!' && c <= '~'; });
}

void explain_type(const std::vector<std::string_view>& words, std::size_t stanzas, Checks& checks) {
  if (words.front() == "X25519") {
    checks.by(kAge, "The X25519 recipient type");
    const auto share = base::parse_base64_unpadded(words.size() == 2 ? words[1] : "");
    checks.expect("its one argument is a share of 32 bytes", share && share->size() == 32);
  }
  if (words.front() == "scrypt") {
    checks.by(kAge, "The scrypt recipient type");
    checks.expect("it is the only stanza", stanzas == 1, fmt::format("one of {}", stanzas));
    const auto salt = base::parse_base64_unpadded(words.size() == 3 ? words[1] : "");
    checks.expect("its first argument is a salt of 16 bytes", salt && salt->size() == 16);
    const auto work = base::parse_decimal(words.size() == 3 ? words[2] : "");
    checks.expect("its second one is a work factor that is not too large, 22",
                  work && *work <= kMostWork, text::for_terminal(words.back()));
  }
}

void explain_stanza(const Lines& stanza, std::size_t number, std::size_t of, Checks& checks) {
  checks.by(kAge, "Recipient stanza");
  std::string_view line = stanza.first;
  const bool marked = line.starts_with("-> ");
  if (marked) line.remove_prefix(3);
  const auto words = base::split(line, ' ');
  checks.expect(fmt::format("stanza {} begins with \"->\" and visible arguments", number),
                marked && std::all_of(words.begin(), words.end(), is_argument),
                text::for_terminal(stanza.first));
  explain_body(stanza, number, checks);
  explain_type(words, of, checks);
}

void explain_payload(std::uint64_t payload, Checks& checks) {
  constexpr std::uint64_t kNonce = 16;
  constexpr std::uint64_t kTag = 16;
  constexpr std::uint64_t kChunk = std::uint64_t{64} * 1024;
  checks.by(kAge, "Payload");
  if (!checks.expect("it begins with a nonce of 16 bytes and has a chunk behind it",
                     payload >= kNonce + kTag, fmt::format("{} bytes", payload))) {
    return;
  }
  const std::uint64_t last = (payload - kNonce) % (kChunk + kTag);
  const bool only = payload - kNonce <= kChunk + kTag;
  checks.expect(
      "it can be cut into chunks of 64 KiB and their tags, of which only a lone one is empty",
      last == 0 || last > kTag || (last == kTag && only));
  checks.skip("every chunk's tag holds", "that needs a key");
}

// `size` of the whole file, where it is known.
void explain_file(std::string_view text, std::optional<std::uint64_t> size, Checks& checks) {
  checks.by(kAge, "Header");
  if (!checks.expect("the first line is \"age-encryption.org/v1\"",
                     text.starts_with(age::kVersionLine))) {
    return;
  }
  std::size_t from = 0;
  const auto end = age::find_header_end(base::as_bytes(text), from);
  if (!checks.expect("a line that begins with \"---\" ends it", end.has_value())) return;
  std::string_view header = text.substr(age::kVersionLine.size(), *end - age::kVersionLine.size());
  header.remove_suffix(1);
  const std::size_t mac = header.rfind('\n');
  const std::string_view last = mac == header.npos ? header : header.substr(mac + 1);
  const auto code = base::parse_base64_unpadded(last.substr(std::min<std::size_t>(4, last.size())));
  checks.expect("that line is \"--- \" and a MAC of 32 bytes, 43 columns",
                last.starts_with("--- ") && last.size() == 4 + kMacColumns && code.has_value(),
                text::for_terminal(last));
  checks.skip("the MAC holds", "that needs a key");
  if (!checks.expect("there is a stanza", mac != header.npos)) return;
  const std::vector<Lines> stanzas = stanzas_in(header.substr(0, mac));
  for (std::size_t i = 0; i < stanzas.size(); ++i) {
    explain_stanza(stanzas[i], i + 1, stanzas.size(), checks);
  }
  if (size) explain_payload(*size - *end, checks);
}

}  // namespace

void explain_age(const Specimen& specimen, Checks& checks) {
  explain_file(base::as_text(specimen.head), specimen.size, checks);
}

void explain_armored(const Specimen& specimen, Checks& checks) {
  checks.by(kAge, "ASCII armor");
  base::MemorySource source(specimen.head);
  age::ArmorSource armor(source);
  base::Bytes decoded(specimen.head.size());
  std::size_t size = 0;
  base::Result<std::size_t> count = std::size_t{1};
  while (count && *count > 0 && size < decoded.size()) {
    count = armor.read(std::span(decoded).subspan(size));
    size += count ? *count : 0;
  }
  decoded.resize(size);
  if (specimen.whole()) {
    checks.expect("it is PEM: one label, 64 columns, canonical base64, nothing but space around it",
                  count);
  }
  const bool known = specimen.whole() && count.has_value();
  explain_file(base::as_text(decoded), known ? std::optional<std::uint64_t>(size) : std::nullopt,
               checks);
}

}  // namespace sealpost::flow
