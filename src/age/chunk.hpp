// The STREAM chunks that an age payload consists of (c2sp.org/age, "Payload"). Sizes are for
// everybody, functions internal to age.
#pragma once

#include <cstdint>
#include <span>

#include "age/file_key.hpp"
#include "crypto/aead.hpp"

namespace sealpost::age {

inline constexpr std::size_t kPayloadNonceSize = 16;
inline constexpr std::size_t kChunkSize = 64 << 10;  // plaintext of every chunk but the last
inline constexpr std::size_t kSealedChunkSize = kChunkSize + crypto::kTagSize;

crypto::AeadKey payload_key(const FileKey& file_key, base::ByteView nonce);

// Number `index`, counted from zero; `last` marks the final one.
crypto::Nonce96 chunk_nonce(std::uint64_t index, bool last);

enum class ChunkFate {
  kGood,
  kMisplaced,  // authentic, but the last one where more follows, or the other way round
  kBad,
};
// Opens a chunk into `out`, which has room for all but its tag and is wiped for kBad. `last` says
// whether the payload ends with this chunk.
ChunkFate open_chunk(crypto::ChaChaPoly& aead, base::ByteView sealed, std::uint64_t index,
                     bool last, std::span<std::uint8_t> out);

}  // namespace sealpost::age
