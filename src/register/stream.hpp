// The streams of the register, and what one of their entries is. sealpost-register(5).
// Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "note/statement.hpp"
#include "register/record.hpp"

namespace sealpost::reg {

enum class Stream { kPeople, kOrganisation };
std::string_view stream_name(Stream stream);
std::optional<Stream> stream_from_name(std::string_view name);

inline constexpr std::size_t kMaxRecords = 1000;     // of one entry
inline constexpr std::size_t kMaxRecordSize = 4096;  // bytes, as JSON

struct Entry {
  Stream stream = Stream::kPeople;
  std::uint64_t epoch = 0;
  std::string id;  // UUID
  base::Time at;
  note::View seen;  // entries of this stream that the author had read, and the head behind them
  note::View log;
  note::View trust;
  std::vector<std::pair<std::string, crypto::Digest>> keys;  // contact, SHA-256 of its wrapped key
  std::vector<Record> records;
};
// The text of the note, unsigned; kMalformed when a value breaks the rules of the page, as for
// records of another stream.
base::Result<std::string> format(const Entry& entry);
// Accepts what format() writes and nothing else; kMalformed.
base::Result<Entry> parse_entry(std::string_view text);

// The head behind an entry, from the head before it and the SHA-256 of its age file.
crypto::Digest next_head(const crypto::Digest& head, const crypto::Digest& file);

// What a device gets of a stream's key: the note, and behind it the identities.
struct Grant {
  Stream stream = Stream::kPeople;
  std::string to;  // device
  base::Time at;
  note::View log;
  note::View trust;
  std::vector<std::string> recipients;  // age1..., of epoch 1, 2, ...
};
base::Result<std::string> format(const Grant& grant);  // unsigned
base::Result<Grant> parse_grant(std::string_view text);

// The plaintext of a grant's age file, and back: the signed note, and the identities, one a line.
// kMalformed; that identities and recipients belong together is for whoever can tell.
crypto::SecretBytes frame_grant(std::string_view note, const crypto::SecretBytes& identities);
struct GrantFrame {
  std::string note;
  crypto::SecretBytes identities;
};
base::Result<GrantFrame> open_grant_frame(const crypto::SecretBytes& plain);

}  // namespace sealpost::reg
