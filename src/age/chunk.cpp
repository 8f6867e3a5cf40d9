#include "age/chunk.hpp"

#include <algorithm>

#include "crypto/hash.hpp"

namespace sealpost::age {

crypto::AeadKey payload_key(const FileKey& file_key, base::ByteView nonce) {
  crypto::AeadKey key;
  crypto::hkdf_sha256(file_key.expose(), nonce, "payload", key.expose_mutable());
  return key;
}

crypto::Nonce96 chunk_nonce(std::uint64_t index, bool last) {
  crypto::Nonce96 nonce{};
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[10 - i] = static_cast<std::uint8_t>(index >> (8 * i) & 0xffU);
  }
  nonce[11] = last ? 1 : 0;
  return nonce;
}

ChunkFate open_chunk(crypto::ChaChaPoly& aead, base::ByteView sealed, std::uint64_t index,
                     bool last, std::span<std::uint8_t> out) {
  // Only an empty payload has an empty chunk.
  if (sealed.size() < crypto::kTagSize) return ChunkFate::kBad;
  if (sealed.size() == crypto::kTagSize && index > 0) return ChunkFate::kBad;
  if (aead.open(chunk_nonce(index, last), sealed, out)) return ChunkFate::kGood;
  // A full chunk may be authentic all the same: then the payload was cut or extended behind it. A
  // short one cannot, since only the last chunk is short.
  if (sealed.size() < kSealedChunkSize) return ChunkFate::kBad;
  if (aead.open(chunk_nonce(index, !last), sealed, out)) return ChunkFate::kMisplaced;
  return ChunkFate::kBad;
}

}  // namespace sealpost::age
