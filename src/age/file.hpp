// age v1 files in memory, for messages (c2sp.org/age). A payload depends on nothing but the file
// key and its own nonce, so that one payload serves many headers: any header that wraps this file
// key, followed by the payload, is a valid age file. Thread-safe.
//
// Files of any size: age/stream.hpp.
#pragma once

#include <span>

#include "age/failure.hpp"
#include "age/file_key.hpp"

namespace sealpost::age {

inline constexpr std::size_t kMaxHeaderSize = 16 << 20;  // bytes, of a file's header

// The header up to and including its last line feed. kUsage without recipients or when one that
// must stand alone does not; otherwise whatever a recipient's wrap() says.
base::Result<base::Bytes> seal_header(const FileKey& file_key,
                                      std::span<const Recipient* const> recipients,
                                      base::Random& random);

// nonce (16 bytes, random) || STREAM chunks.
base::Bytes seal_payload(const FileKey& file_key, base::ByteView plain, base::Random& random);

struct OpenedHeader {
  FileKey file_key;
  std::size_t size = 0;  // of the header in bytes; the payload begins there
};
// Reads the header at the front of `file` (a header alone is fine), unwraps the file key and checks
// the MAC. kVerificationFailed for anything that is not as it was made; the class goes to
// `*failure` unless null. Errors that are not the file's (memory) keep their code.
base::Result<OpenedHeader> open_header(base::ByteView file,
                                       std::span<const Identity* const> identities,
                                       Failure* failure = nullptr);

// The plaintext; nothing of it unless every chunk verifies. kVerificationFailed.
base::Result<crypto::SecretBytes> open_payload(const FileKey& file_key, base::ByteView payload);

}  // namespace sealpost::age
