#include <doctest/doctest.h>

#include <array>

#include "age/scrypt.hpp"
#include "age/stream.hpp"
#include "merkle/merkle.hpp"
#include "message/attachment.hpp"
#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::message;

namespace {

constexpr std::size_t kKiB = 1 << 10;
constexpr std::size_t kMiB = 1 << 20;

base::Bytes some_bytes(std::size_t size) {
  base::Bytes bytes(size);
  testing::FakeRandom(42).fill(bytes);
  return bytes;
}

struct Stored {
  Attachment attachment;
  std::vector<crypto::Digest> leaves;
  base::Bytes cipher;
};

Stored store(const base::Bytes& plain) {
  testing::FakeRandom random(9);
  base::MemorySource source(plain);
  base::MemorySink sink;
  auto sealed = seal_blob(source, sink, new_blob_key(random), random);
  REQUIRE(sealed);
  CHECK(sealed->size == plain.size());
  Stored stored{sample_attachment(), std::move(sealed->leaves), sink.take()};
  stored.attachment.size = sealed->size;
  stored.attachment.ciphertext_size = sealed->ciphertext_size;
  stored.attachment.root = sealed->root;
  stored.attachment.key = sealed->key;
  return stored;
}

struct Outcome {
  base::Result<void> result;
  base::Bytes released;
};

Outcome fetch(const Stored& stored) {
  base::MemorySource source(stored.cipher);
  base::MemorySink sink;
  auto result = open_blob(stored.attachment, stored.leaves, source, sink);
  return {std::move(result), sink.take()};
}

bool refused(const base::Result<void>& result) {
  return !result && result.error().code == base::Code::kVerificationFailed;
}

bool is_beginning(const base::Bytes& part, const base::Bytes& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

class FailingSink final : public base::ByteSink {
 public:
  base::Result<void> write(base::ByteView) override {
    return base::Error{base::Code::kNoSpace, "full", ""};
  }
};

}  // namespace

TEST_CASE("a blob comes back whole at every border of chunks and leaves") {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, 64 * kKiB - 1, 64 * kKiB, 64 * kKiB + 1, kMiB - 421,
        kMiB - 1, kMiB, kMiB + 1, 2 * kMiB - 677, 5 * kMiB + 12'345}) {
    CAPTURE(size);
    const base::Bytes plain = some_bytes(size);
    const Stored stored = store(plain);
    CHECK(stored.cipher.size() == stored.attachment.ciphertext_size);
    CHECK(stored.cipher.size() == blob_ciphertext_size(size));
    CHECK(stored.leaves.size() == (stored.cipher.size() + kMiB - 1) / kMiB);
    const Outcome outcome = fetch(stored);
    CHECK(outcome.result);
    CHECK(outcome.released == plain);
  }
}

TEST_CASE("the leaves are the RFC 6962 hashes of each MiB of ciphertext") {
  const Stored stored = store(some_bytes(2 * kMiB + 5));
  for (std::size_t i = 0; i < stored.leaves.size(); ++i) {
    const auto leaf = base::ByteView(stored.cipher)
                          .subspan(i * kMiB, std::min(kMiB, stored.cipher.size() - i * kMiB));
    CHECK(stored.leaves[i] == merkle::leaf_hash(leaf));
  }
  CHECK(stored.attachment.root == merkle::root_of(stored.leaves));
}

TEST_CASE("a blob is an age file with a passphrase, and nothing else") {
  const base::Bytes plain = some_bytes(100'000);
  const Stored stored = store(plain);
  CHECK(base::as_text(stored.cipher).starts_with("age-encryption.org/v1\n-> scrypt "));
  const age::ScryptIdentity identity(base::as_bytes(stored.attachment.key));
  const std::array<const age::Identity*, 1> identities{&identity};
  base::MemorySource source(stored.cipher);
  base::MemorySink sink;
  REQUIRE(age::decrypt(source, sink, identities));
  CHECK(sink.bytes() == plain);
}

TEST_CASE("nothing of a flipped leaf is released, and all that is released is true") {
  const base::Bytes plain = some_bytes(3 * kMiB + 777);
  const Stored good = store(plain);
  for (std::size_t leaf = 0; leaf < good.leaves.size(); ++leaf) {
    CAPTURE(leaf);
    Stored bad{good.attachment, good.leaves, good.cipher};
    bad.cipher[std::min((leaf + 1) * kMiB, bad.cipher.size()) - 1] ^= 0x80;
    const Outcome outcome = fetch(bad);
    CHECK(refused(outcome.result));
    CHECK(is_beginning(outcome.released, plain));
    CHECK(outcome.released.size() <= leaf * kMiB);
  }
}

TEST_CASE("a list of leaves that its sender did not sign is refused before anything is read") {
  Stored stored = store(some_bytes(2 * kMiB));
  auto other = stored.leaves;
  other[0][0] ^= 1;
  CHECK(refused(verify_leaves(other, stored.attachment)));
  other = stored.leaves;
  other.pop_back();
  CHECK(refused(verify_leaves(other, stored.attachment)));
  CHECK(refused(verify_leaves({}, stored.attachment)));
  CHECK(verify_leaves(stored.leaves, stored.attachment));
  std::swap(stored.leaves[0], stored.leaves[1]);
  const Outcome outcome = fetch(stored);
  CHECK(refused(outcome.result));
  CHECK(outcome.released.empty());
}

TEST_CASE("a blob that is cut or goes on is refused") {
  Stored stored = store(some_bytes(kMiB + 1));
  stored.cipher.pop_back();
  CHECK(refused(fetch(stored).result));
  stored = store(some_bytes(kMiB + 1));
  stored.cipher.push_back(0);
  CHECK(refused(fetch(stored).result));
}

TEST_CASE("a sender that lies about the length is refused, and nothing too much is released") {
  const base::Bytes plain = some_bytes(70'000);
  Stored stored = store(plain);
  stored.attachment.size = 69'999;
  Outcome outcome = fetch(stored);
  CHECK(refused(outcome.result));
  CHECK(outcome.released.size() <= 69'999);
  stored.attachment.size = 70'001;
  CHECK(refused(fetch(stored).result));
}

TEST_CASE("another key does not open a blob") {
  Stored stored = store(some_bytes(10));
  testing::FakeRandom random(11);
  stored.attachment.key = new_blob_key(random);
  CHECK(refused(fetch(stored).result));
}

TEST_CASE("a full disk stops the work with its own error") {
  const base::Bytes plain = some_bytes(3 * kMiB);
  base::MemorySource source(plain);
  FailingSink full;
  testing::FakeRandom random(9);
  CHECK(seal_blob(source, full, new_blob_key(random), random).error().code == base::Code::kNoSpace);
  const Stored stored = store(plain);
  base::MemorySource cipher(stored.cipher);
  CHECK(open_blob(stored.attachment, stored.leaves, cipher, full).error().code ==
        base::Code::kNoSpace);
}
