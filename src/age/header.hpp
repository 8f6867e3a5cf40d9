// The textual header of an age v1 file (c2sp.org/age, "Header"): its exact grammar, and its MAC.
// Pure functions.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "age/file_key.hpp"
#include "crypto/hash.hpp"

namespace sealpost::age {

// The first line, with its line feed. A file that does not begin with it is not age v1.
inline constexpr std::string_view kVersionLine = "age-encryption.org/v1\n";

struct Header {
  std::vector<Stanza> stanzas;  // at least one
  base::ByteView covered;       // what the MAC is over; borrows the bytes that were parsed
  crypto::Digest mac{};
  std::size_t size = 0;  // of the whole header; the payload begins there
};

// The header at the front of `file`. kMalformed for the slightest deviation, and when the bytes end
// before the header does.
base::Result<Header> parse_header(base::ByteView file);

// Where the header ends, behind the line feed of its last line, if the bytes reach that far. Looks
// only at line beginnings, so it can be asked before the header is known to be well-formed.
// `from` is where an earlier search of the same, shorter bytes stopped; it is moved on.
std::optional<std::size_t> find_header_end(base::ByteView bytes, std::size_t& from);

// The whole header for these stanzas.
base::Bytes format_header(std::span<const Stanza> stanzas, const FileKey& file_key);

// Over `covered`, under a key derived from the file key.
crypto::Digest header_mac(base::ByteView covered, const FileKey& file_key);

}  // namespace sealpost::age
