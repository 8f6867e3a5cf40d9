// Mirrors on disk: what is written is read back, and nothing that was changed is believed.
#include "flow/mirror.hpp"

#include "mirror_world.hpp"
#include "support/fakes.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using flow::MirrorFolder;
namespace fs = std::filesystem;

namespace {

base::Result<flow::Mirror> read(const fs::path& path, const std::set<std::uint64_t>& sizes = {}) {
  return flow::read_mirror(path, root(), sizes, Patient());
}

}  // namespace

TEST_CASE("a mirror says what the log says, of any size") {
  for (const std::size_t size : {8UL, 255UL, 256UL, 257UL, 600UL}) {
    CAPTURE(size);
    const Scratch scratch;
    const ReceiptWorld world = busy(size);
    write(scratch.path / "mirror", world);
    const auto mirror = read(scratch.path / "mirror", {7, size, 100000});
    REQUIRE_MESSAGE(mirror.has_value(), (mirror ? "" : mirror.error().text));
    CHECK(mirror->checkpoint.size == world.leaves.size());
    CHECK(mirror->roots ==
          std::map<std::uint64_t, crypto::Digest>{{7, world.root(7)}, {size, world.root(size)}});
    REQUIRE(mirror->entries.size() == world.entries.size());
    for (std::size_t i = 0; i < world.entries.size(); ++i) {
      CHECK(mirror->entries[i].entry == world.entries[i].entry);
      CHECK(mirror->entries[i].index == world.entries[i].index);
    }
  }
}

TEST_CASE("a bit changed anywhere in a mirror is noticed, and so is a missing file") {
  const Scratch scratch;
  const fs::path whole = scratch.path / "whole";
  write(whole, busy(600));
  const std::vector<fs::path> files = files_in(whole);
  CHECK(files.size() >= 10);
  for (const fs::path& file : files) {
    const fs::path relative = fs::relative(file, whole);
    CAPTURE(relative.string());
    const fs::path bent = scratch.path / "bent";
    fs::copy(whole, bent, fs::copy_options::recursive);
    flip(bent / relative);
    const auto changed = read(bent);
    CHECK(!changed);
    if (relative != "sealpost-mirror") CHECK(changed.error().code == Code::kVerificationFailed);
    fs::remove(bent / relative);
    CHECK(!read(bent));
    fs::remove_all(bent);
  }
}

TEST_CASE("a mirror in which a trust chain entry is not logged does not hold") {
  const Scratch scratch;
  ReceiptWorld world = busy(20);
  SUBCASE("one more in the chain than in the log") {
    add_device(world.chain, "max/phone", trust::Role::kMember);
    write(scratch.path, world);
    CHECK(read(scratch.path).error().text.find("is not in the log") != std::string::npos);
  }
  SUBCASE("one more in the log than in the chain") {
    audit::Event event;
    event.event = "device.revoke";
    event.actor = std::string(kOrganisation);
    event.details = {{"trust", "7"}, {"statement", hash_of("hidden")}};
    world.log_event(event);
    write(scratch.path, world);
    CHECK(read(scratch.path).error().text.find("another trust chain entry") != std::string::npos);
  }
}

TEST_CASE("a checkpoint of this log signed by another, or of another log or tree, does not hold") {
  const Scratch scratch;
  const ReceiptWorld world = busy(300);
  write(scratch.path, world);
  CHECK(read(scratch.path).has_value());
  const std::string good = world.checkpoint(full("relay"));
  const std::string text = note::parse(good)->text;
  const auto refused = [&](const std::string& checkpoint, std::string_view why) {
    MirrorFolder folder = MirrorFolder::open_to_write(scratch.path, root().vkey()).value();
    REQUIRE(folder.commit(checkpoint));
    { const MirrorFolder closed = std::move(folder); }
    const auto mirror = read(scratch.path);
    CHECK(!mirror);
    if (!mirror) CHECK(mirror.error().text.find(why) != std::string::npos);
  };
  refused(world.checkpoint(full("lee/laptop")), "not signed by the log");
  merkle::Checkpoint other{full("relay"), world.leaves.size(), world.root(299)};
  refused(note::sign(merkle::format_checkpoint(other), key(full("relay"))),
          "not those that the checkpoint signs");
  other = {"mercy.example/another", world.leaves.size(), world.root(world.leaves.size())};
  refused(note::sign(merkle::format_checkpoint(other), key(full("relay"))),
          "not signed by the log");
  CHECK(text == merkle::format_checkpoint(
                    {full("relay"), world.leaves.size(), world.root(world.leaves.size())}));
}

TEST_CASE("what an earlier run left is given out, and goes when it is taken back") {
  const Scratch scratch;
  write(scratch.path, busy(20));
  {
    MirrorFolder folder = MirrorFolder::open_to_write(scratch.path, root().vkey()).value();
    put(folder, busy(600));
  }
  MirrorFolder folder = MirrorFolder::open_to_write(scratch.path, root().vkey()).value();
  CHECK(!folder.left_over({-1, 7, merkle::kTileWidth}));
  const auto bundle = folder.left_over({-1, 1, merkle::kTileWidth});
  REQUIRE(bundle);
  CHECK(*bundle == folder.tile({-1, 1, merkle::kTileWidth}).value());
  folder.take_back();
  CHECK(!folder.left_over({-1, 1, merkle::kTileWidth}));
  CHECK(folder.left_over({-1, 0, merkle::kTileWidth}).has_value());
}

TEST_CASE("what was put without a commit changes nothing, and is taken back") {
  const Scratch scratch;
  const ReceiptWorld world = busy(300);
  write(scratch.path / "mirror", world);
  const auto before = files_in(scratch.path / "mirror");
  {
    ReceiptWorld more = world;
    more.accept();
    MirrorFolder folder =
        MirrorFolder::open_to_write(scratch.path / "mirror", root().vkey()).value();
    put(folder, more);
    CHECK(files_in(scratch.path / "mirror").size() > before.size());
  }
  CHECK(read(scratch.path / "mirror")->checkpoint.size == world.leaves.size());
  MirrorFolder folder = MirrorFolder::open_to_write(scratch.path / "mirror", root().vkey()).value();
  ReceiptWorld other = busy(1000);
  put(folder, other);
  folder.take_back();
  CHECK(!fs::exists(scratch.path / "mirror/tile/0/001"));
}

TEST_CASE("tidying leaves exactly the files that the log has") {
  const Scratch scratch;
  ReceiptWorld world = busy(250);
  write(scratch.path / "grown", world);
  const std::uint64_t before = world.leaves.size();
  while (world.leaves.size() < 520) world.accept();
  write(scratch.path / "grown", world);
  write(scratch.path / "fresh", world);
  const MirrorFolder grown = MirrorFolder::open_to_read(scratch.path / "grown").value();
  grown.tidy(before, world.leaves.size());
  CHECK(files_in(scratch.path / "grown").size() == files_in(scratch.path / "fresh").size());
  CHECK(read(scratch.path / "grown").has_value());
}

TEST_CASE("a folder with anything else in it does not become a mirror") {
  const Scratch scratch;
  std::ofstream(scratch.path / "letter") << "x";
  CHECK(MirrorFolder::open_to_write(scratch.path, root().vkey()).error().code == Code::kConflict);
  CHECK(files_in(scratch.path).size() == 1);
  CHECK(MirrorFolder::open_to_read(scratch.path).error().code == Code::kMalformed);
  CHECK(!read(scratch.path / "nowhere"));
}

TEST_CASE("one mirror, one writer, one organisation") {
  const Scratch scratch;
  const auto first = MirrorFolder::open_to_write(scratch.path / "m", root().vkey());
  REQUIRE(first);
  CHECK(MirrorFolder::open_to_write(scratch.path / "m", root().vkey()).error().code ==
        Code::kConflict);
  CHECK(MirrorFolder::open_to_read(scratch.path / "m").error().code == Code::kConflict);
  CHECK(MirrorFolder::open_to_write(scratch.path / "n", root().vkey()).has_value());
  CHECK(MirrorFolder::open_to_write(scratch.path / "n", verifier("county.example").vkey())
            .error()
            .code == Code::kConflict);
  CHECK(flow::read_mirror(scratch.path / "n", root(), {}, Patient()).error().code ==
        Code::kNotFound);
}
