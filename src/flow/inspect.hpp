// What a piece of data is, for people who find one: `sealpost inspect`. Recognises every artefact
// of sealpost and of age, tells what can be read without a secret, and checks what there is a key
// for. Never tells a secret: not the seed of an invitation, not an identity, not an attachment's
// key. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "note/note.hpp"
#include "text/json.hpp"

namespace sealpost::flow {

// Enough of any artefact to recognise it: the largest age header and then some.
inline constexpr std::size_t kInspectLimit = 17 << 20;  // bytes

struct Specimen {
  base::ByteView head;     // all of it, or its first kInspectLimit bytes
  std::uint64_t size = 0;  // of the whole
  bool whole() const { return head.size() == size; }
};

// NOLINTNEXTLINE(bugprone-exception-escape): moving OrderedTree may throw as far as its type says.
struct Inspection {
  std::string kind;            // sealpost-json(5), inspection: "age-file", "certificate", ...
  std::string summary;         // one sentence without full stop
  text::OrderedTree findings;  // an object; members in the order in which people read them
  // What there was a key for and does not hold (kVerificationFailed, kDenied, ...).
  std::optional<base::Error> failure;
};

// kMalformed when it is nothing that is known here, or is damaged. `root` is the key that a trust
// chain or a statement is checked against; without one a chain is checked against the root that it
// names itself, and the findings say so.
base::Result<Inspection> inspect(const Specimen& specimen,
                                 const std::optional<note::Verifier>& root);

}  // namespace sealpost::flow
