// Logs whose first events are not shown: what a mirror of one keeps, and that it is not believed.
#include "flow/pruned.hpp"

#include "mirror_world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kFloor = 256;

// Of the events that log the trust chain, which stand below the floor.
flow::Pruned pruned_of(const ReceiptWorld& world) {
  flow::Pruned pruned{kFloor, {}};
  for (const flow::LoggedEntry& entry : world.entries) {
    pruned.leaves.push_back({entry.index, world.leaves[entry.index]});
  }
  return pruned;
}

// As update_mirror() makes a mirror of a relay that shows events from the floor on.
void write_pruned(const fs::path& path, const ReceiptWorld& world, const flow::Pruned& pruned) {
  write(path, world);
  fs::remove(path / "tile/entries/000");
  flow::MirrorFolder folder = flow::MirrorFolder::open_to_write(path, root().vkey()).value();
  REQUIRE(folder.put_pruned(flow::format_pruned(pruned)));
}

base::Result<flow::Mirror> read(const fs::path& path) {
  return flow::read_mirror(path, root(), {5, 300}, Patient());
}

}  // namespace

TEST_CASE("a mirror without its first events has their hashes, and the whole trust chain") {
  const Scratch scratch;
  const ReceiptWorld world = busy(600);
  write_pruned(scratch.path / "m", world, pruned_of(world));
  const auto mirror = read(scratch.path / "m");
  REQUIRE_MESSAGE(mirror, (mirror ? "" : mirror.error().text));
  CHECK(mirror->first_event == kFloor);
  CHECK(mirror->roots.at(5) == world.root(5));
  CHECK(mirror->roots.at(300) == world.root(300));
  REQUIRE(mirror->entries.size() == world.entries.size());
  CHECK(mirror->entries.back().index == world.entries.back().index);
}

TEST_CASE("what is kept of the pruned events is held against their hashes") {
  const Scratch scratch;
  const ReceiptWorld world = busy(600);
  flow::Pruned pruned = pruned_of(world);
  SUBCASE("one less") { pruned.leaves.pop_back(); }
  SUBCASE("one in the middle less") { pruned.leaves.erase(pruned.leaves.begin() + 1); }
  SUBCASE("another one") { pruned.leaves[1].leaf = world.leaves[pruned.leaves[2].index]; }
  SUBCASE("at another index") { pruned.leaves.back().index += 1; }
  SUBCASE("a floor behind the log") { pruned.floor = 1024; }
  SUBCASE("a floor higher than what is missing") { pruned.floor = 512; }
  write_pruned(scratch.path / "m", world, pruned);
  if (pruned.floor == 512) {
    CHECK(read(scratch.path / "m"));  // what is there above is there for nothing
  } else {
    CHECK(read(scratch.path / "m").error().code == Code::kVerificationFailed);
  }
}

TEST_CASE("a hash below the floor that is changed is noticed, and so is a missing list") {
  const Scratch scratch;
  const ReceiptWorld world = busy(600);
  write_pruned(scratch.path / "m", world, pruned_of(world));
  flip(scratch.path / "m/tile/0/000");
  CHECK(read(scratch.path / "m").error().code == Code::kVerificationFailed);
  flip(scratch.path / "m/tile/0/000");
  CHECK(read(scratch.path / "m"));
  fs::remove(scratch.path / "m/pruned");
  CHECK(read(scratch.path / "m").error().code == Code::kVerificationFailed);
}

TEST_CASE("the list reads as it is written, and nothing else is one") {
  const ReceiptWorld world = busy(600);
  const std::string text = flow::format_pruned(pruned_of(world));
  const auto read = flow::parse_pruned(text);
  REQUIRE(read);
  CHECK(flow::format_pruned(*read) == text);
  CHECK(flow::parse_pruned("sealpost-mirror-pruned/1\nfloor: 256\n"));
  for (const char* bad :
       {"", "sealpost-mirror-pruned/1\nfloor: 0\n", "sealpost-mirror-pruned/1\nfloor: 255\n",
        "sealpost-mirror-pruned/1\nfloor: 256", "sealpost-mirror-pruned/2\nfloor: 256\n",
        "sealpost-mirror-pruned/1\nfloor: 256\n256 {}\n",
        "sealpost-mirror-pruned/1\nfloor: 256\n3 {}\n3 {}\n",
        "sealpost-mirror-pruned/1\nfloor: 256\n03 {}\n",
        "sealpost-mirror-pruned/1\nfloor: 256\n3\n"}) {
    CAPTURE(bad);
    CHECK(flow::parse_pruned(bad).error().code == Code::kMalformed);
  }
}
