// The step that all classic stanzas end in: sixteen bytes of file key under a wrap key that is used
// once, ChaCha20-Poly1305 with a nonce of zeroes (c2sp.org/age). Thread-safe. Internal to age.
#pragma once

#include <optional>

#include "age/file_key.hpp"
#include "crypto/aead.hpp"

namespace sealpost::age {

inline constexpr std::size_t kWrappedSize = 32;  // file key and tag

base::Bytes wrap_file_key(const FileKey& file_key, const crypto::AeadKey& wrap_key);
// Nothing when the tag does not match. `body` has kWrappedSize bytes: its length is checked before
// any attempt, since a body of another length could be made to open under many keys.
std::optional<FileKey> unwrap_file_key(base::ByteView body, const crypto::AeadKey& wrap_key);

}  // namespace sealpost::age
