// C2SP cosignatures: signatures on a checkpoint that say when they were made (tlog-cosignature
// v1.0.1, Ed25519, type 0x04), as sealpost-note(5) says. Pure functions, thread-safe.
//
// A cosignature is a line of the note among its signatures, under a key id of its own: who does not
// know the cosigner ignores it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/seams.hpp"
#include "note/note.hpp"

namespace sealpost::note {

// Who cosigns: a witness, or the log itself. vkey() is the form people exchange.
class Cosigner {
 public:
  // kMalformed as Verifier::make and Verifier::parse.
  static base::Result<Cosigner> make(std::string name, const crypto::VerifyKey& key);
  static base::Result<Cosigner> parse(std::string_view vkey);
  // A key that signs notes as well, under the same name.
  static Cosigner of(const Verifier& verifier);
  const std::string& name() const { return name_; }
  std::uint32_t id() const { return id_; }
  const crypto::VerifyKey& key() const { return key_; }
  std::string vkey() const;

 private:
  Cosigner(std::string name, const crypto::VerifyKey& key);
  std::string name_;
  std::uint32_t id_ = 0;
  crypto::VerifyKey key_{};
};

// The line to put behind the note's signatures, with its newline; `at` is cut to whole seconds and
// not before 1970. The signed message begins with a line that no note of the same key may begin
// with, "cosignature/v1": that is the caller's to ensure.
std::string cosignature_line(std::string_view text, const Signer& key, base::Time at);

// When this cosigner signed the note, the newest time of several; nothing when it did not.
// kVerificationFailed when a line of it does not hold.
base::Result<std::optional<base::Time>> cosigned_at(const Note& note, const Cosigner& cosigner);

// Whether the log has signed its checkpoint, and the times that it may have put there hold too.
bool signed_by_log(const Note& checkpoint, const Verifier& log);

}  // namespace sealpost::note
