// Files of identities and of recipients: one per line, with comments and empty lines between them,
// as age-keygen writes and age reads them. Pure functions.
#pragma once

#include <vector>

#include "age/x25519.hpp"

namespace sealpost::age {

inline constexpr std::size_t kMaxKeyFileSize = 16 << 20;  // bytes

// All identities of a file, at least one. kMalformed, naming the line but never quoting it.
base::Result<std::vector<X25519Identity>> parse_identities(base::ByteView file);

// All recipients of a file, at least one. kMalformed, naming the line.
base::Result<std::vector<X25519Recipient>> parse_recipients(base::ByteView file);

// An identity file with the two comments that age-keygen writes. `created` is RFC 3339.
crypto::SecretBytes format_identity_file(const X25519Identity& identity, std::string_view created);

}  // namespace sealpost::age
