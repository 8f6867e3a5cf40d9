#include "note/note.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"
#include "text/safety.hpp"

namespace sealpost::note {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space
constexpr std::uint8_t kEd25519 = 0x01;
constexpr std::size_t kIdSize = 4;  // bytes

base::Error malformed(std::string_view why) {
  return {base::Code::kMalformed, std::string(why), ""};
}

// Every character of Unicode's White_Space property, in UTF-8.
constexpr std::array<std::string_view, 25> kSpaces{
    "\t",           "\n",           "\v",           "\f",           "\r",           " ",
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
    "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
    "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
    "\xE3\x80\x80"};

bool is_key_name(std::string_view name) {
  const bool spaced = std::any_of(kSpaces.begin(), kSpaces.end(), [&](std::string_view space) {
    return name.find(space) != std::string_view::npos;
  });
  return !name.empty() && !spaced && name.find('+') == std::string_view::npos &&
         text::is_utf8(name);
}

std::uint32_t key_id(std::string_view name, const crypto::VerifyKey& key) {
  constexpr std::array<std::uint8_t, 2> kSeparatorAndType{'\n', kEd25519};
  const crypto::Digest digest = crypto::sha256({base::as_bytes(name), kSeparatorAndType, key});
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < kIdSize; ++i) id = id << 8 | digest[i];
  return id;
}

std::string id_hex(std::uint32_t id) {
  base::Bytes bytes;
  base::append_be(bytes, id, kIdSize);
  return base::to_hex(bytes);
}

// type || public key, the last part of a vkey.
base::Result<crypto::VerifyKey> parse_public_key(std::string_view text) {
  auto bytes = base::parse_base64(text);
  if (!bytes || bytes->empty()) return malformed("a verifier key that is not base64");
  if (bytes->front() != kEd25519) return malformed("a verifier key of an unknown algorithm");
  crypto::VerifyKey key;
  if (bytes->size() != key.size() + 1) return malformed("a verifier key of the wrong length");
  std::copy(bytes->begin() + 1, bytes->end(), key.begin());
  return key;
}

// One line, without its newline.
base::Result<SignatureLine> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kDash))
    return malformed("a signature line that does not begin with a dash");
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return malformed("a signature line without a signature");
  const std::string_view name = line.substr(0, space);
  if (!is_key_name(name)) return malformed("a signature line with an impossible key name");
  const auto bytes = base::parse_base64(line.substr(space + 1));
  if (!bytes) return malformed("a signature that is not base64");
  if (bytes->size() <= kIdSize) return malformed("a signature that is too short");
  base::Reader reader(*bytes);
  TRY(const std::uint64_t id, reader.be(kIdSize));
  return SignatureLine{std::string(name), static_cast<std::uint32_t>(id),
                       base::to_bytes(reader.rest())};
}

base::Result<void> check_characters(std::string_view bytes) {
  if (bytes.size() > kMaxNoteSize) return malformed("a signed note that is too long");
  const bool controls = std::any_of(bytes.begin(), bytes.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\n';
  });
  if (controls) return malformed("a signed note with control characters");
  if (!text::is_utf8(bytes)) return malformed("a signed note that is not UTF-8");
  return {};
}

bool belongs_to(const SignatureLine& line, const Verifier& key) {
  return line.key_id == key.id() && line.name == key.name();
}

bool holds(const SignatureLine& line, std::string_view text, const Verifier& key) {
  return crypto::verify(key.key(), base::as_bytes(text), line.signature);
}

}  // namespace

base::Result<Verifier> Verifier::make(std::string name, const crypto::VerifyKey& key) {
  if (!is_key_name(name)) {
    return malformed("a key's name is not empty and holds neither spaces nor \"+\"");
  }
  Verifier verifier;
  verifier.id_ = key_id(name, key);
  verifier.name_ = std::move(name);
  verifier.key_ = key;
  return verifier;
}

base::Result<Verifier> Verifier::parse(std::string_view vkey) {
  const std::size_t first = vkey.find('+');
  const std::size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) {
    return base::Error{base::Code::kMalformed, "not a verifier key",
                       "it has the form name+hash+base64"};
  }
  TRY(const crypto::VerifyKey key, parse_public_key(vkey.substr(second + 1)));
  TRY(Verifier verifier, make(std::string(vkey.substr(0, first)), key));
  if (vkey.substr(first + 1, second - first - 1) != id_hex(verifier.id())) {
    return base::Error{base::Code::kMalformed, "a verifier key whose hash is wrong",
                       "copy it again, the whole line"};
  }
  return verifier;
}

std::string Verifier::vkey() const {
  base::Bytes typed{kEd25519};
  base::append(typed, key_);
  return name_ + "+" + id_hex(id_) + "+" + base::to_base64(typed);
}

Signer::Signer(Verifier verifier, crypto::SigningKey key)
    : verifier_(std::move(verifier)), key_(std::move(key)) {}

base::Result<Signer> Signer::make(std::string name, crypto::SigningKey key) {
  TRY(Verifier verifier, Verifier::make(std::move(name), key.verify_key()));
  return Signer(std::move(verifier), std::move(key));
}

std::string Signer::signature_line(std::string_view text) const {
  base::Bytes payload;
  base::append_be(payload, verifier_.id(), kIdSize);
  base::append(payload, key_.sign(base::as_bytes(text)));
  return std::string(kDash) + name() + " " + base::to_base64(payload) + "\n";
}

Signer Signer::clone() const { return {verifier_, key_.clone()}; }

base::Result<Note> parse(std::string_view bytes) {
  TRY(check_characters(bytes));
  const std::size_t blank = bytes.rfind("\n\n");
  if (blank == std::string_view::npos) return malformed("a signed note without an empty line");
  Note note{std::string(bytes.substr(0, blank + 1)), {}};
  std::string_view lines = bytes.substr(blank + 2);
  if (lines.empty()) return malformed("a signed note without signatures");
  if (!lines.ends_with('\n')) return malformed("a signed note that does not end with a newline");
  lines.remove_suffix(1);
  for (std::string_view line : base::split(lines, '\n')) {
    if (note.signatures.size() == kMaxSignatures) {
      return malformed("a signed note with too many signatures");
    }
    TRY(SignatureLine signature, parse_signature_line(line));
    note.signatures.push_back(std::move(signature));
  }
  return note;
}

std::string sign(std::string_view text, std::span<const Signer* const> signers) {
  if (!text.ends_with('\n')) std::abort();  // the caller promised
  std::string note(text);
  note += '\n';
  for (const Signer* signer : signers) note += signer->signature_line(text);
  return note;
}

std::string sign(std::string_view text, const Signer& signer) {
  const Signer* const one = &signer;
  return sign(text, std::span(&one, 1));
}

base::Result<std::vector<Verifier>> verify(const Note& note, std::span<const Verifier> known) {
  std::vector<Verifier> valid;
  for (const SignatureLine& line : note.signatures) {
    // Two known keys may share a name and, by ill chance, an id: either may be the signer.
    bool is_known = false;
    bool is_valid = false;
    for (const Verifier& key : known) {
      if (!belongs_to(line, key)) continue;
      is_known = true;
      if (!holds(line, note.text, key)) continue;
      is_valid = true;
      if (std::find(valid.begin(), valid.end(), key) == valid.end()) valid.push_back(key);
    }
    if (is_known && !is_valid) {
      return base::Error{base::Code::kVerificationFailed,
                         "the signature of " + text::for_terminal(line.name) + " is wrong", ""};
    }
  }
  if (valid.empty()) {
    return base::Error{base::Code::kVerificationFailed, "no signature of a known key", ""};
  }
  return valid;
}

bool signed_by(const Note& note, const Verifier& key) {
  return verify(note, std::span(&key, 1)).has_value();
}

}  // namespace sealpost::note
