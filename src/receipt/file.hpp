// Receipt files: what happened to one message, with everything that a stranger needs to check it,
// sealpost-receipt(5), RECEIPT FILE. Only the form is judged here; whether a file holds is for
// flow/receipt_judge.hpp. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "receipt/receipt.hpp"

namespace sealpost::receipt {

inline constexpr std::string_view kFileVersion = "sealpost-receipt/1\n";
inline constexpr std::size_t kMaxFile = 64 << 20;  // bytes
inline constexpr std::size_t kMaxRecords = 16384;

// One event of the log and the statement that it records.
struct Record {
  std::optional<std::uint64_t> entry;  // number in the trust chain; nothing for a receipt
  Evidence evidence;
};

struct File {
  std::string message;  // id
  std::string from;     // device that sent it
  crypto::Digest message_sha256{};
  std::string checkpoint;       // the signed note that every proof leads to, verbatim
  std::vector<Record> records;  // in the order of the log
};

// kMalformed for what parse_file() would refuse.
base::Result<std::string> format_file(const File& file);
// Accepts what format_file() writes and nothing else. kMalformed with a sentence that says what is
// wrong: cut short, an event twice, events out of order, two checkpoints, ...
base::Result<File> parse_file(std::string_view text);

}  // namespace sealpost::receipt
