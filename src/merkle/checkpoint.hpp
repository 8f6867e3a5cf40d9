// The text of a checkpoint (C2SP tlog-checkpoint v1.0.0) and of a tlog-proof, both without their
// signatures: signing is the note module's. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "merkle/merkle.hpp"

namespace sealpost::merkle {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Digest root{};
  bool operator==(const Checkpoint&) const = default;
};

// "<origin>\n<size>\n<base64 root>\n"
std::string format_checkpoint(const Checkpoint& checkpoint);
// Also accepts extension lines and ignores them, as the specification asks; kMalformed otherwise.
base::Result<Checkpoint> parse_checkpoint(std::string_view text);

// c2sp.org/tlog-proof@v1: an inclusion proof and the signed checkpoint that it leads to.
struct Proof {
  std::uint64_t index = 0;
  std::vector<Digest> path;
  std::string checkpoint_note;  // verbatim
  base::Bytes extra = {};       // what the application adds; nothing verifies it
};
std::string format_proof(const Proof& proof);
// kMalformed; the checkpoint note is not looked into.
base::Result<Proof> parse_proof(std::string_view text);

}  // namespace sealpost::merkle
