#include <algorithm>
#include <bit>

#include "message/header.hpp"

namespace sealpost::message {
namespace {

constexpr std::string_view kMagic = "sealpost-message/1 ";
constexpr std::size_t kMaxFirstLine = 64;

base::Error malformed(std::string_view text) {
  return {base::Code::kMalformed, "a message frame " + std::string(text), ""};
}

struct Lengths {
  std::size_t note;
  std::size_t body;
};

base::Result<Lengths> parse_first_line(std::string_view line) {
  if (!line.starts_with(kMagic)) return malformed("of an unknown version");
  const auto numbers = base::split(line.substr(kMagic.size()), ' ');
  if (numbers.size() != 2) return malformed("without its two lengths");
  TRY(const std::uint64_t note, base::parse_decimal(numbers[0], kMaxHeaderNote));
  TRY(const std::uint64_t body, base::parse_decimal(numbers[1], kMaxBody));
  return Lengths{static_cast<std::size_t>(note), static_cast<std::size_t>(body)};
}

}  // namespace

std::uint64_t padme(std::uint64_t length) {
  if (length < 2) return length;
  const int e = static_cast<int>(std::bit_width(length)) - 1;
  const int s = static_cast<int>(std::bit_width(static_cast<unsigned>(e)));
  const std::uint64_t mask = (std::uint64_t{1} << (e - s)) - 1;
  return (length + mask) & ~mask;
}

crypto::SecretBytes frame(std::string_view header_note, base::ByteView body) {
  const std::string line = std::string(kMagic) + std::to_string(header_note.size()) + " " +
                           std::to_string(body.size()) + "\n";
  const std::uint64_t length = line.size() + header_note.size() + body.size();
  crypto::SecretBytes framed(static_cast<std::size_t>(padme(length)));
  auto at = framed.expose_mutable().begin();
  at = std::copy(line.begin(), line.end(), at);
  at = std::copy(header_note.begin(), header_note.end(), at);
  std::copy(body.begin(), body.end(), at);
  return framed;
}

base::Result<Framed> parse_frame(base::ByteView plaintext) {
  const std::string_view start =
      base::as_text(plaintext.first(std::min(plaintext.size(), kMaxFirstLine)));
  const std::size_t end = start.find('\n');
  if (end == std::string_view::npos) return malformed("without a first line");
  TRY(const Lengths lengths, parse_first_line(start.substr(0, end)));
  base::Reader reader(plaintext.subspan(end + 1));
  TRY(const base::ByteView header_note, reader.take(lengths.note));
  TRY(const base::ByteView body, reader.take(lengths.body));
  const base::ByteView padding = reader.rest();
  if (plaintext.size() != padme(plaintext.size() - padding.size())) {
    return malformed("of the wrong length");
  }
  if (std::any_of(padding.begin(), padding.end(), [](auto byte) { return byte != 0; })) {
    return malformed("with padding that is not zero");
  }
  return Framed{std::string(base::as_text(header_note)), crypto::SecretBytes(body)};
}

}  // namespace sealpost::message
