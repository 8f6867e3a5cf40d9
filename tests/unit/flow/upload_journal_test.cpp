// What the vault keeps of an upload: which blocks were sealed under which keys.
#include "flow/upload_journal.hpp"

#include <doctest/doctest.h>

#include "temporary_vault.hpp"

using namespace sealpost;
using flow::UploadJournal;
using vault::Kind;

namespace {

constexpr std::uint64_t kBlocks = 70;  // more than share a row
constexpr std::uint64_t kSize = kBlocks * flow::kBlockSize - 5;

struct World : testing::TemporaryVault {
  UploadJournal open(std::uint64_t size) {
    return UploadJournal::open(*vault, "upload", size, random).value();
  }
  std::uint64_t rows() const { return vault->count(Kind::kUpload).value(); }
};

crypto::Digest block(std::uint64_t number) {
  return crypto::sha256(base::as_bytes(std::to_string(number)));
}

UploadJournal full(World& world) {
  UploadJournal journal = world.open(kSize);
  for (std::uint64_t i = 0; i < kBlocks; ++i) REQUIRE(journal.note(i, block(i)).value());
  return journal;
}

}  // namespace

TEST_CASE("a journal is taken up with all its blocks, and the same keys") {
  World world;
  const std::string blob = full(world).blob();
  UploadJournal again = world.open(kSize);
  CHECK(again.blob() == blob);
  CHECK(again.known() == kBlocks);
  CHECK(UploadJournal::noted_bytes(*world.vault, "upload").value() == kSize);
  CHECK(again.note(69, block(69)).value());
  CHECK(again.note(0, block(0)).value());
}

TEST_CASE("a block that differs, or that does not follow, is not sealed under these keys") {
  World world;
  UploadJournal journal = full(world);
  CHECK_FALSE(journal.note(3, block(4)).value());
  CHECK_FALSE(journal.note(69, block(3)).value());
  CHECK_FALSE(journal.note(kBlocks + 1, block(1)).value());
  CHECK(journal.note(kBlocks, block(kBlocks)).value());
}

TEST_CASE("a file of another size begins anew, and nothing of the old one stays") {
  World world;
  const std::string blob = full(world).blob();
  CHECK(world.rows() == 1 + 2);
  const UploadJournal other = world.open(kSize + 1);
  CHECK(other.blob() != blob);
  CHECK(other.known() == 0);
  CHECK(world.rows() == 1);
  REQUIRE(UploadJournal::forget(*world.vault, "upload"));
  CHECK(world.rows() == 0);
  CHECK(UploadJournal::forget(*world.vault, "upload"));
}

TEST_CASE("who was overtaken by another process notes nothing any more") {
  World world;
  UploadJournal first = world.open(kSize);
  REQUIRE(first.note(0, block(0)).value());
  UploadJournal second = world.open(kSize + 1);
  const auto overtaken = first.note(0, block(0));
  REQUIRE_FALSE(overtaken.has_value());
  CHECK(overtaken.error().code == base::Code::kConflict);
  CHECK_FALSE(first.note(1, block(1)).value());
  CHECK(second.note(0, block(0)).value());
  REQUIRE(UploadJournal::forget(*world.vault, "upload"));
  CHECK_FALSE(second.note(0, block(0)).has_value());
  CHECK(world.rows() == 0);
}

TEST_CASE("without a name nothing is kept") {
  World world;
  UploadJournal journal = UploadJournal::open(*world.vault, "", 0, world.random).value();
  CHECK(journal.note(0, block(0)).value());
  CHECK(journal.note(7, block(0)).value());
  CHECK(world.rows() == 0);
}
