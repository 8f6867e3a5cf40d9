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
  auto sealed = seal_blob(source, sink, new_blob_keys(random));
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
  CHECK(seal_blob(source, full, new_blob_keys(random)).error().code == base::Code::kNoSpace);
  const Stored stored = store(plain);
  base::MemorySource cipher(stored.cipher);
  CHECK(open_blob(stored.attachment, stored.leaves, cipher, full).error().code ==
        base::Code::kNoSpace);
}

TEST_CASE("the same keys and the same plaintext give the same blob") {
  const base::Bytes plain = some_bytes(2 * kMiB + 1);
  testing::FakeRandom random(3);
  const BlobKeys keys = new_blob_keys(random);
  const auto again = open_blob_keys(keys.key, keys.beginning);
  REQUIRE(again);
  base::MemorySink first;
  base::MemorySink second;
  base::MemorySource source(plain);
  base::MemorySource repeated(plain);
  REQUIRE(seal_blob(source, first, keys));
  REQUIRE(seal_blob(repeated, second, *again));
  CHECK(first.bytes() == second.bytes());
  CHECK(std::equal(keys.beginning.begin(), keys.beginning.end(), first.bytes().begin()));
  CHECK(new_blob_keys(random).beginning != keys.beginning);
}

TEST_CASE("keys that do not belong to a beginning are refused") {
  testing::FakeRandom random(3);
  const BlobKeys keys = new_blob_keys(random);
  const auto code = [](const auto& result) { return result.error().code; };
  CHECK(code(open_blob_keys(new_blob_key(random), keys.beginning)) ==
        base::Code::kVerificationFailed);
  auto flipped = keys.beginning;
  flipped[100] ^= 1;
  CHECK(code(open_blob_keys(keys.key, flipped)) == base::Code::kVerificationFailed);
  CHECK(code(open_blob_keys(keys.key, base::ByteView(keys.beginning).first(164))) ==
        base::Code::kVerificationFailed);
}

namespace {

// A reader that has `have` of the attachment goes on with it.
struct Reader {
  explicit Reader(const base::Bytes& plain)
      : whole(plain),
        stored(store(plain)),
        keys(*open_blob_keys(stored.attachment.key, stored.cipher)) {}

  std::uint64_t true_bytes(const base::Bytes& have) const {
    base::MemorySource source(have);
    const auto first = base::ByteView(stored.cipher).first(std::min(kMiB, stored.cipher.size()));
    return *count_true_bytes(stored.attachment, keys, stored.leaves, first, source);
  }
  base::Bytes rest(std::uint64_t from) const {
    base::MemorySource source(base::ByteView(stored.cipher).subspan(place_of(from)));
    base::MemorySink sink;
    CHECK(open_rest(stored.attachment, keys, from, source, sink));
    return sink.take();
  }
  base::Bytes beginning(std::size_t size) const {
    return {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)};
  }

  base::Bytes whole;
  Stored stored;
  BlobKeys keys;
};

}  // namespace

TEST_CASE("a reader goes on close to where it stopped, at every border of chunks and leaves") {
  const Reader reader(some_bytes(3 * kMiB + 777));
  for (const std::size_t have :
       {std::size_t{0}, std::size_t{1}, 64 * kKiB, 128 * kKiB, kMiB - 64 * kKiB, kMiB, kMiB + 1,
        2 * kMiB + 64 * kKiB, 3 * kMiB, 3 * kMiB + 776}) {
    CAPTURE(have);
    const std::uint64_t from = reader.true_bytes(reader.beginning(have));
    CHECK(from <= have);
    CHECK(from + kMiB + 128 * kKiB > have);
    base::Bytes both = reader.beginning(from);
    base::append(both, reader.rest(from));
    CHECK(both == reader.whole);
  }
  CHECK(reader.true_bytes(reader.whole) == reader.whole.size());
}

TEST_CASE("nothing from a flipped byte on counts as true") {
  const Reader reader(some_bytes(4 * kMiB));
  for (const std::size_t at : {std::size_t{0}, 70 * kKiB, kMiB + 5, 3 * kMiB, 4 * kMiB - 1}) {
    CAPTURE(at);
    base::Bytes have = reader.whole;
    have[at] ^= 1;
    const std::uint64_t from = reader.true_bytes(have);
    CHECK(from <= at);
    CHECK(from + kMiB + 128 * kKiB > at);
  }
  CHECK(reader.true_bytes(some_bytes(5 * kMiB)) <= 4 * kMiB);
}

TEST_CASE("small attachments are told apart, too") {
  const Reader reader(some_bytes(100));
  CHECK(reader.true_bytes(reader.whole) == 100);
  CHECK(reader.true_bytes(reader.beginning(99)) == 0);
  CHECK(Reader({}).true_bytes({}) == 0);
}
