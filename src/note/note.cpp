#include "note/note.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/encoding.hpp"
#include "note/keys.hpp"
#include "text/safety.hpp"

namespace sealpost::note {
namespace {

base::Error malformed(std::string_view why) {
  return {base::Code::kMalformed, std::string(why), ""};
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
  TRY(check_key_name(name));
  Verifier verifier;
  verifier.id_ = key_id(name, kEd25519, key);
  verifier.name_ = std::move(name);
  verifier.key_ = key;
  return verifier;
}

base::Result<Verifier> Verifier::parse(std::string_view vkey) {
  TRY(NamedKey parsed, parse_vkey(vkey, kEd25519));
  return make(std::move(parsed.name), parsed.key);
}

std::string Verifier::vkey() const { return format_vkey(name_, kEd25519, key_); }

Signer::Signer(Verifier verifier, crypto::SigningKey key)
    : verifier_(std::move(verifier)), key_(std::move(key)) {}

base::Result<Signer> Signer::make(std::string name, crypto::SigningKey key) {
  TRY(Verifier verifier, Verifier::make(std::move(name), key.verify_key()));
  return Signer(std::move(verifier), std::move(key));
}

std::string Signer::signature_line(std::string_view text) const {
  return note::signature_line(name(), verifier_.id(), key_.sign(base::as_bytes(text)));
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
