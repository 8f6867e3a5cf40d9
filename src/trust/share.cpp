#include "trust/share.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/bytes.hpp"
#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "trust/name.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;
using crypto::SecretBytes;

constexpr std::string_view kFirstLine = "sealpost-share/1";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kSize = 32;     // bytes of a share
constexpr std::size_t kPerLine = 16;  // bytes
constexpr std::size_t kGroup = 2;     // bytes
constexpr std::size_t kChecksum = 8;  // bytes
constexpr std::size_t kMaxText = 256 << 10;
constexpr unsigned kMostShares = 255;

Error malformed(std::string text) {
  return {Code::kMalformed, std::move(text), "compare it with the printed share, digit by digit"};
}

// A text that grows in guarded memory of a size known before.
class SecretText {
 public:
  explicit SecretText(std::size_t most) : bytes_(most) {}
  void add(std::string_view text) {
    for (const char c : text) add(c);
  }
  void add(char c) { bytes_.expose_mutable()[size_++] = static_cast<std::uint8_t>(c); }
  // In groups of two bytes. No look-up whose address depends on the secret.
  void add_hex(base::ByteView bytes) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (at > 0 && at % kGroup == 0) add(' ');
      add(digit(bytes[at] >> 4U));
      add(digit(bytes[at] & 15U));
    }
  }
  base::ByteView bytes() const { return bytes_.expose().first(size_); }
  SecretBytes take() && {
    bytes_.truncate(size_);
    return std::move(bytes_);
  }

 private:
  static char digit(unsigned four) {
    return static_cast<char>(four < 10 ? '0' + four : 'a' + (four - 10));
  }
  SecretBytes bytes_;
  std::size_t size_ = 0;
};

Result<void> check(const RootShare& share) {
  const bool numbers = share.threshold >= 2 && share.threshold <= share.shares &&
                       share.shares <= kMostShares && share.index >= 1 &&
                       share.index <= share.shares;
  if (!is_organisation(share.organisation) || !base::is_lower_hex(share.set, 16) || !numbers ||
      share.value.size() != kSize) {
    return malformed("a share with values that no share has");
  }
  return {};
}

// The lines that the checksum covers.
SecretText body_of(const RootShare& share) {
  SecretText text(2048);
  text.add(fmt::format(
      "{}\norganisation: {}\nroot: {:08x}\nset: {}\nthreshold: {}\nshares: {}\nindex: {}\n",
      kFirstLine, share.organisation, share.root, share.set, share.threshold, share.shares,
      share.index));
  for (std::size_t at = 0; at < kSize; at += kPerLine) {
    text.add("share: ");
    text.add_hex(share.value.expose().subspan(at, kPerLine));
    text.add('\n');
  }
  return text;
}

crypto::Digest checksum_of(const SecretText& body) { return crypto::sha256(body.bytes()); }

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
    line.remove_suffix(1);
  }
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  return line;
}

// The lines that count. Borrows the text.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) { skip(); }
  bool empty() const { return line_.empty(); }
  std::string_view front() const { return line_; }
  void next() { skip(); }

 private:
  void skip() {
    do {
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      line_ = trimmed(rest_.substr(0, end));
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
    } while (!rest_.empty() && (line_.empty() || line_.front() == '#'));
    if (!line_.empty() && line_.front() == '#') line_ = {};
  }
  std::string_view rest_;
  std::string_view line_;
};

// 16 for a character that is no digit.
unsigned from_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

// Exactly out.size() bytes in hexadecimal; spaces between them do not count.
Result<void> read_hex(std::string_view text, std::span<std::uint8_t> out) {
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t') continue;
    const unsigned four = from_digit(c);
    if (four > 15 || digits == out.size() * 2) return malformed("a share has a line out of form");
    auto& byte = out[digits++ / 2];
    byte = static_cast<std::uint8_t>(static_cast<unsigned>(byte) << 4U | four);
  }
  if (digits == out.size() * 2) return {};
  return malformed("a line of the share lacks digits");
}

Result<std::string_view> field(Lines& lines, std::string_view key) {
  const std::string_view line = lines.front();
  if (!line.starts_with(key) || line.size() == key.size() || line[key.size()] != ':') {
    return malformed(fmt::format("a share lacks its line \"{}:\"", key));
  }
  lines.next();
  return trimmed(line.substr(key.size() + 1));
}

Result<unsigned> number_field(Lines& lines, std::string_view key) {
  TRY(const std::string_view text, field(lines, key));
  TRY(const std::uint64_t number, base::parse_decimal(text, kMostShares));
  return static_cast<unsigned>(number);
}

Result<RootShare> parse_one(Lines& lines) {
  if (lines.front() != kFirstLine) return malformed("not a share, or of another version");
  lines.next();
  RootShare share;
  TRY(const std::string_view organisation, field(lines, "organisation"));
  share.organisation = organisation;
  TRY(const std::string_view root, field(lines, "root"));
  std::array<std::uint8_t, 4> id{};
  TRY(read_hex(root, id));
  for (const std::uint8_t byte : id) share.root = share.root << 8U | byte;
  TRY(const std::string_view set, field(lines, "set"));
  for (const char c : set) share.set += from_digit(c) > 15 ? '?' : kHexDigits[from_digit(c)];
  TRY(share.threshold, number_field(lines, "threshold"));
  TRY(share.shares, number_field(lines, "shares"));
  TRY(share.index, number_field(lines, "index"));
  share.value = SecretBytes(kSize);
  for (std::size_t at = 0; at < kSize; at += kPerLine) {
    TRY(const std::string_view digits, field(lines, "share"));
    TRY(read_hex(digits, share.value.expose_mutable().subspan(at, kPerLine)));
  }
  TRY(const std::string_view checksum, field(lines, "checksum"));
  std::array<std::uint8_t, kChecksum> said{};
  TRY(read_hex(checksum, said));
  TRY(check(share));
  const crypto::Digest right = checksum_of(body_of(share));
  if (crypto::equal(said, base::ByteView(right).first(kChecksum))) return share;
  return malformed(
      fmt::format("share {} is damaged or mistyped: its checksum does not fit", share.index));
}

bool same_set(const RootShare& a, const RootShare& b) {
  return a.organisation == b.organisation && a.root == b.root && a.set == b.set &&
         a.threshold == b.threshold && a.shares == b.shares;
}

}  // namespace

Result<SecretBytes> format_share(const RootShare& share) {
  TRY(check(share));
  SecretText text = body_of(share);
  const crypto::Digest digest = checksum_of(text);
  text.add("checksum: ");
  text.add_hex(base::ByteView(digest).first(kChecksum));
  text.add(
      fmt::format("\n# Keep this secret. Any {} of the {} shares of this set give the root key.\n",
                  share.threshold, share.shares));
  return std::move(text).take();
}

Result<std::vector<RootShare>> parse_shares(std::string_view text) {
  if (text.size() > kMaxText) return malformed("too long to be shares");
  Lines lines(text);
  if (lines.empty()) return malformed("there is no share");
  std::vector<RootShare> shares;
  while (!lines.empty()) {
    TRY(RootShare share, parse_one(lines));
    shares.push_back(std::move(share));
  }
  return shares;
}

Result<void> check_set(const std::vector<RootShare>& shares) {
  if (shares.empty()) return Error{Code::kNotFound, "there is no share", ""};
  const RootShare& first = shares.front();
  std::set<unsigned> seen;
  for (const RootShare& share : shares) {
    if (!same_set(first, share)) {
      return Error{Code::kConflict, "these shares are of different splittings",
                   "take shares whose line \"set:\" is the same"};
    }
    if (!seen.insert(share.index).second) {
      return Error{Code::kUsage, fmt::format("share {} is there twice", share.index),
                   "give each share once"};
    }
  }
  if (shares.size() >= first.threshold) return {};
  return Error{Code::kNotFound,
               fmt::format("{} of {} needed shares are here", shares.size(), first.threshold),
               fmt::format("{} more of set {}", first.threshold - shares.size(), first.set)};
}

}  // namespace sealpost::trust
