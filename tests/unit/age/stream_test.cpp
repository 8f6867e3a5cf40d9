#include "age/stream.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "age/armor.hpp"
#include "age/x25519.hpp"
#include "support/fakes.hpp"

using namespace sealpost;
using age::Failure;

namespace {

constexpr std::size_t kChunk = 64 << 10;
constexpr std::size_t kSealedChunk = kChunk + 16;

base::Bytes sample(std::size_t size) {
  base::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + (i >> 13));
  return bytes;
}

// Hands out a few bytes at a time, and fails instead of ending when told so.
class Dribble final : public base::ByteSource {
 public:
  Dribble(base::ByteView bytes, std::size_t step, bool fails = false)
      : rest_(bytes), step_(step), fails_(fails) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    if (rest_.empty() && fails_) return base::Error{base::Code::kUnreachable, "cut", ""};
    const std::size_t count = std::min({out.size(), step_, rest_.size()});
    std::copy_n(rest_.begin(), count, out.begin());
    rest_ = rest_.subspan(count);
    return count;
  }

 private:
  base::ByteView rest_;
  std::size_t step_;
  bool fails_;
};

class FullDisk final : public base::ByteSink {
 public:
  explicit FullDisk(std::size_t room) : room_(room) {}
  base::Result<void> write(base::ByteView bytes) override {
    if (bytes.size() > room_) return base::Error{base::Code::kNoSpace, "full", ""};
    room_ -= bytes.size();
    return {};
  }

 private:
  std::size_t room_;
};

struct Fixture {
  testing::FakeRandom random;
  age::X25519Identity alice = age::X25519Identity::generate(random);
  const age::Recipient* recipients[1] = {&alice.recipient()};
  const age::Identity* identities[1] = {&alice};

  base::Bytes seal(base::ByteView plain, bool armor = false, unsigned threads = 0) {
    base::MemorySource source(plain);
    base::MemorySink sink;
    REQUIRE(age::encrypt(source, sink, recipients, {armor, threads}, random));
    return sink.take();
  }

  struct Opened {
    Failure failure = Failure::kNone;
    base::Bytes released;
  };
  Opened open(base::ByteView file, unsigned threads = 0) {
    base::MemorySource source(file);
    return open_from(source, threads);
  }
  Opened open_from(base::ByteSource& source, unsigned threads = 0) {
    base::MemorySink sink;
    Opened opened;
    const auto result = age::decrypt(source, sink, identities, {threads, &opened.failure});
    CHECK(result.has_value() == (opened.failure == Failure::kNone));
    if (!result) CHECK(result.error().code == base::Code::kVerificationFailed);
    opened.released = sink.take();
    return opened;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "files of every length around chunks and blocks survive") {
  for (const std::size_t size : {0UL, 1UL, kChunk - 1, kChunk, kChunk + 1, 8 * kChunk - 1,
                                 8 * kChunk, 8 * kChunk + 1, 40 * kChunk, 41 * kChunk + 7}) {
    for (const unsigned threads : {1U, 2U, 5U}) {
      const base::Bytes plain = sample(size);
      const auto opened = open(seal(plain, false, threads), threads);
      CHECK(opened.failure == Failure::kNone);
      CHECK(opened.released == plain);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "the payload has exactly the size that is promised") {
  for (const std::size_t size : {0UL, 1UL, kChunk, kChunk + 1, 3 * kChunk}) {
    const age::FileKey file_key = age::FileKey::random(random);
    const base::Bytes plain = sample(size);
    base::MemorySource source(plain);
    base::MemorySink sink;
    REQUIRE(age::encrypt_payload(file_key, source, sink, 0, random));
    CHECK(sink.bytes().size() == age::payload_size(size));
    base::MemorySource again(sink.bytes());
    base::MemorySink opened;
    REQUIRE(age::decrypt_payload(file_key, again, opened));
    CHECK(opened.bytes() == plain);
  }
}

TEST_CASE_FIXTURE(Fixture, "a source that gives a byte at a time is as good as any") {
  const base::Bytes plain = sample(kChunk + 9);
  for (const bool armor : {false, true}) {
    const base::Bytes file = seal(plain, armor);
    Dribble source(file, 1);
    const auto opened = open_from(source);
    CHECK(opened.failure == Failure::kNone);
    CHECK(opened.released == plain);
  }
}

TEST_CASE_FIXTURE(Fixture, "armor is text of 64 columns between its two lines") {
  const base::Bytes file = seal(sample(1000), true);
  const auto lines = base::split(base::as_text(file), '\n');
  CHECK(lines.front() == age::kArmorBegin);
  CHECK(lines.back().empty());
  CHECK(lines[lines.size() - 2] == age::kArmorEnd);
  for (std::size_t i = 1; i + 3 < lines.size(); ++i) CHECK(lines[i].size() == 64);
}

TEST_CASE_FIXTURE(Fixture, "a flipped byte releases only the chunks before it") {
  const base::Bytes plain = sample(20 * kChunk);
  base::Bytes file = seal(plain);
  file[file.size() - 7 * kSealedChunk + 5] ^= 1;
  for (const unsigned threads : {1U, 4U}) {
    const auto opened = open(file, threads);
    CHECK(opened.failure == Failure::kPayload);
    CHECK(opened.released == base::to_bytes(base::ByteView(plain).first(13 * kChunk)));
  }
}

TEST_CASE_FIXTURE(Fixture, "a payload that is cut at a chunk border, or goes on, is refused") {
  const base::Bytes plain = sample(16 * kChunk);
  base::Bytes file = seal(plain);
  const auto cut = open(base::ByteView(file).first(file.size() - 8 * kSealedChunk));
  CHECK(cut.failure == Failure::kPayload);
  CHECK(cut.released.size() == 8 * kChunk);
  file.push_back(0);
  CHECK(open(file).failure == Failure::kPayload);
}

TEST_CASE_FIXTURE(Fixture, "damaged armor is a failure of its own kind") {
  const base::Bytes file = seal(sample(200 * 1000), true);
  const auto cut = base::ByteView(file).first(file.size() - 20);
  CHECK(open(cut).failure == Failure::kArmor);
  base::Bytes followed = file;
  followed.push_back('x');
  const auto opened = open(followed);
  CHECK(opened.failure == Failure::kArmor);
  base::Bytes spaced = base::to_bytes(std::string_view("\r\n \n"));
  base::append(spaced, file);
  base::append(spaced, base::as_bytes("\n\t \n"));
  CHECK(open(spaced).failure == Failure::kNone);
}

TEST_CASE_FIXTURE(Fixture, "nothing that is not an age file is mistaken for one") {
  CHECK(open({}).failure == Failure::kHeader);
  CHECK(open(base::as_bytes("age-encryption.org/v2\n")).failure == Failure::kHeader);
  CHECK(open(sample(100000)).failure == Failure::kHeader);
  CHECK(open(base::as_bytes("-----BEGIN PGP MESSAGE-----\n")).failure == Failure::kArmor);
  std::string endless(age::kArmorBegin.size() + (17 << 20), 'x');
  endless.replace(0, 22, "age-encryption.org/v1\n");
  CHECK(open(base::as_bytes(endless)).failure == Failure::kHeader);
}

TEST_CASE_FIXTURE(Fixture, "a source that fails is not taken for one that ends") {
  const base::Bytes plain = sample(20 * kChunk);
  Dribble failing(plain, 9999, true);
  base::MemorySink sealed;
  const auto result = age::encrypt(failing, sealed, recipients, {}, random);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == base::Code::kUnreachable);
  CHECK(open(sealed.bytes()).failure == Failure::kPayload);

  const base::Bytes file = seal(plain);
  Dribble cut(file, 9999, true);
  base::MemorySink opened;
  const auto failed = age::decrypt(cut, opened, identities);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == base::Code::kUnreachable);
}

TEST_CASE_FIXTURE(Fixture, "a full disk ends the work with its own error") {
  const base::Bytes plain = sample(50 * kChunk);
  base::MemorySource source(plain);
  FullDisk disk(20 * kChunk);
  const auto result = age::encrypt(source, disk, recipients, {false, 4}, random);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == base::Code::kNoSpace);
}
