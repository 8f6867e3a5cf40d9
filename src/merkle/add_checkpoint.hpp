// What a log asks its witnesses (C2SP tlog-witness v1.0.0, add-checkpoint): the body of the
// request. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "merkle/merkle.hpp"

namespace sealpost::merkle {

inline constexpr std::size_t kMaxAddCheckpoint = 64 << 10;  // bytes

struct AddCheckpoint {
  std::uint64_t old_size = 0;
  std::vector<Digest> proof;    // of consistency, at most 63 hashes
  std::string checkpoint_note;  // verbatim
};
std::string format_add_checkpoint(const AddCheckpoint& request);
// kMalformed; the checkpoint note is not looked into.
base::Result<AddCheckpoint> parse_add_checkpoint(std::string_view body);

// The body of a refusal by a witness that has seen another size: "<size>\n".
std::string format_witness_size(std::uint64_t size);
base::Result<std::uint64_t> parse_witness_size(std::string_view body);

}  // namespace sealpost::merkle
