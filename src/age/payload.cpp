// The payload-level half of age/stream.hpp: which bytes a lane reads, makes and writes.
#include <algorithm>
#include <array>

#include "age/chunk.hpp"
#include "age/lanes.hpp"
#include "age/stream.hpp"

namespace sealpost::age {
namespace {

constexpr std::size_t kChunksPerBlock = 8;
constexpr std::size_t kPlainBlock = kChunksPerBlock * kChunkSize;
constexpr std::size_t kSealedBlock = kChunksPerBlock * kSealedChunkSize;

// Cuts a source into blocks, and knows which one is the last by looking one byte ahead.
class BlockReader {
 public:
  explicit BlockReader(base::ByteSource& source) : source_(source) {}

  void fill(Block& block) {
    block.in_size = 0;
    if (ahead_) block.in[block.in_size++] = ahead_byte_[0];
    block.last = !fill_rest(block) || !look_ahead(block);
  }

 private:
  // False when the source ended or failed on the way.
  bool fill_rest(Block& block) {
    while (block.in_size < block.in.size()) {
      const auto count = source_.read(std::span(block.in).subspan(block.in_size));
      if (!count) block.ending = count.error();
      if (!count || *count == 0) return false;
      block.in_size += *count;
    }
    return true;
  }
  bool look_ahead(Block& block) {
    const auto count = source_.read(ahead_byte_);
    if (!count) block.ending = count.error();
    ahead_ = count && *count == 1;
    return ahead_;
  }

  base::ByteSource& source_;
  std::array<std::uint8_t, 1> ahead_byte_{};
  bool ahead_ = false;
};

void seal_block(Block& block, crypto::ChaChaPoly& aead) {
  block.out_size = 0;
  if (!block.ending) return;  // half a block must not pass for the end of the file
  base::ByteView rest = base::ByteView(block.in).first(block.in_size);
  std::uint64_t index = block.number * kChunksPerBlock;
  do {
    const auto chunk = rest.first(std::min(rest.size(), kChunkSize));
    rest = rest.subspan(chunk.size());
    const std::size_t size = chunk.size() + crypto::kTagSize;
    aead.seal(chunk_nonce(index++, block.last && rest.empty()), chunk,
              std::span(block.out).subspan(block.out_size, size));
    block.out_size += size;
  } while (!rest.empty());
}

base::Error refuse_payload(ChunkFate fate, bool last) {
  if (fate == ChunkFate::kBad) return refuse(Failure::kPayload, "the payload is damaged", nullptr);
  return refuse(Failure::kPayload,
                last ? "the payload was cut short" : "something was added to the payload", nullptr);
}

void open_block(Block& block, crypto::ChaChaPoly& aead, std::uint64_t first) {
  block.out_size = 0;
  block.refused = false;
  const bool whole = block.ending.has_value();
  base::ByteView rest = base::ByteView(block.in).first(block.in_size);
  std::uint64_t index = first + block.number * kChunksPerBlock;
  do {
    // Behind a failed read, only chunks that are certainly complete are looked at.
    if (!whole && rest.size() < kSealedChunkSize) return;
    const auto chunk = rest.first(std::min(rest.size(), kSealedChunkSize));
    rest = rest.subspan(chunk.size());
    const bool last = whole && block.last && rest.empty();
    const std::size_t size = chunk.size() - std::min(chunk.size(), crypto::kTagSize);
    const auto out = std::span(block.out).subspan(block.out_size, size);
    const ChunkFate fate = open_chunk(aead, chunk, index++, last, out);
    if (fate != ChunkFate::kBad) block.out_size += size;
    if (fate == ChunkFate::kGood) continue;
    // The final chunk, followed by a failed read: what failed is the source.
    if (fate == ChunkFate::kMisplaced && !whole) return;
    block.ending = refuse_payload(fate, last);
    block.refused = true;
    return;
  } while (!rest.empty());
}

}  // namespace

base::Result<void> encrypt_payload(const FileKey& file_key, base::ByteSource& plain,
                                   base::ByteSink& payload, unsigned threads,
                                   base::Random& random) {
  PayloadNonce nonce{};
  random.fill(nonce);
  return encrypt_payload(file_key, nonce, plain, payload, threads);
}

base::Result<void> encrypt_payload(const FileKey& file_key, const PayloadNonce& nonce,
                                   base::ByteSource& plain, base::ByteSink& payload,
                                   unsigned threads) {
  TRY(payload.write(nonce));
  BlockReader reader(plain);
  const LaneSteps steps{[&](Block& block) { reader.fill(block); }, seal_block,
                        [&](const Block& block) {
                          return payload.write(base::ByteView(block.out).first(block.out_size));
                        }};
  return run_lanes(steps, payload_key(file_key, nonce), kPlainBlock, kSealedBlock, threads);
}

base::Result<void> decrypt_payload(const FileKey& file_key, base::ByteSource& payload,
                                   base::ByteSink& plain, const DecryptOptions& options) {
  PayloadNonce nonce{};
  TRY(const std::size_t read, base::read_full(payload, nonce));
  if (read < nonce.size()) {
    // The vectors count the nonce as part of what precedes the payload.
    return refuse(Failure::kHeader, "the file ends before its payload", options.failure);
  }
  return decrypt_payload_from(file_key, nonce, 0, payload, plain, options);
}

base::Result<void> decrypt_payload_from(const FileKey& file_key, const PayloadNonce& nonce,
                                        std::uint64_t first, base::ByteSource& payload,
                                        base::ByteSink& plain, const DecryptOptions& options) {
  BlockReader reader(payload);
  const LaneSteps steps{
      [&](Block& block) { reader.fill(block); },
      [&](Block& block, crypto::ChaChaPoly& aead) { open_block(block, aead, first); },
      [&](const Block& block) {
        if (block.refused && options.failure != nullptr) *options.failure = Failure::kPayload;
        return plain.write(base::ByteView(block.out).first(block.out_size));
      }};
  return run_lanes(steps, payload_key(file_key, nonce), kSealedBlock, kPlainBlock, options.threads);
}

std::uint64_t payload_size(std::uint64_t size) {
  const std::uint64_t chunks = size == 0 ? 1 : (size - 1) / kChunkSize + 1;
  return kPayloadNonceSize + size + chunks * crypto::kTagSize;
}

}  // namespace sealpost::age
