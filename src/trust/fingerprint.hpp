// A public key as two people read it to each other: sealpost-key(1), FINGERPRINTS. Pure,
// thread-safe.
#pragma once

#include <string>

#include "note/note.hpp"

namespace sealpost::trust {

// The first 160 bits of SHA-256("sealpost/v1/fingerprint\n" || vkey || "\n"), so of the name and
// the key, as ten groups of four upper-case hexadecimal digits with spaces between them.
std::string fingerprint(const note::Verifier& key);

}  // namespace sealpost::trust
