// C2SP signed notes (signed-note v1.0.0), as sealpost-note(5) says. Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/sign.hpp"

namespace sealpost::note {

inline constexpr std::size_t kMaxSignatures = 32;     // the specification asks for at least 16
inline constexpr std::size_t kMaxNoteSize = 1 << 20;  // bytes

// A public Ed25519 key under a name. vkey() is the form people exchange:
// "<name>+<hash>+<base64>".
class Verifier {
 public:
  // kMalformed when the name is empty or holds a Unicode space or a plus sign.
  static base::Result<Verifier> make(std::string name, const crypto::VerifyKey& key);
  // kMalformed for another algorithm, a wrong hash or anything else out of form.
  static base::Result<Verifier> parse(std::string_view vkey);
  const std::string& name() const { return name_; }
  std::uint32_t id() const { return id_; }
  const crypto::VerifyKey& key() const { return key_; }
  std::string vkey() const;
  bool operator==(const Verifier&) const = default;

 private:
  std::string name_;
  std::uint32_t id_ = 0;
  crypto::VerifyKey key_{};
};

// A key pair under a name. Move-only.
class Signer {
 public:
  // kMalformed as Verifier::make.
  static base::Result<Signer> make(std::string name, crypto::SigningKey key);
  const Verifier& verifier() const { return verifier_; }
  const std::string& name() const { return verifier_.name(); }
  const crypto::SigningKey& key() const { return key_; }
  // The signature line for `text`, with its final newline.
  std::string signature_line(std::string_view text) const;
  Signer clone() const;

 private:
  Signer(Verifier verifier, crypto::SigningKey key);
  Verifier verifier_;
  crypto::SigningKey key_;
};

struct SignatureLine {
  std::string name;
  std::uint32_t key_id;
  base::Bytes signature;  // what follows the key id, any length
};

struct Note {
  std::string text;  // ends with a newline
  std::vector<SignatureLine> signatures;
};

// Form only, no cryptography; kMalformed with the reason.
base::Result<Note> parse(std::string_view bytes);

// text signed by each signer in turn, ready to be stored and sent. The text must be UTF-8 without
// control characters and end with a newline, as StatementBuilder makes it.
std::string sign(std::string_view text, std::span<const Signer* const> signers);
std::string sign(std::string_view text, const Signer& signer);

// The verifiers, of those given, whose signature the note carries. Signatures of unknown keys are
// ignored; a known one that fails, or none known: kVerificationFailed.
base::Result<std::vector<Verifier>> verify(const Note& note, std::span<const Verifier> known);
// True when this one key has a valid signature on the note.
bool signed_by(const Note& note, const Verifier& key);

}  // namespace sealpost::note
