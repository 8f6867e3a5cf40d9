// The file key of an age v1 file and the two interfaces by which it gets to its readers
// (c2sp.org/age). A new kind of recipient is a new pair of classes; the format stays.
//
// Implementations hold no mutable state: their functions may run on several threads at once.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/seams.hpp"
#include "crypto/secret.hpp"

namespace sealpost::age {

using FileKey = crypto::Secret<16, struct FileKeyTag>;

// One recipient's entry in the header: `-> type argument...` and the bytes below it.
struct Stanza {
  std::string type;
  std::vector<std::string> arguments;
  base::Bytes body;
};

// Somebody a file can be encrypted to.
class Recipient {
 public:
  virtual ~Recipient() = default;
  // The file key, wrapped so that only this recipient opens it; different in every call.
  virtual base::Result<Stanza> wrap(const FileKey& file_key, base::Random& random) const = 0;
  // Whether a file for this recipient may have no other one, as the spec says of passphrases.
  virtual bool alone() const { return false; }
};

// Somebody who can decrypt.
class Identity {
 public:
  virtual ~Identity() = default;
  // Looks through all stanzas of a header. Nothing when none of them is for this identity;
  // kMalformed when one claims to be of its type but breaks the rules of that type.
  virtual base::Result<std::optional<FileKey>> unwrap(std::span<const Stanza> stanzas) const = 0;
};

}  // namespace sealpost::age
