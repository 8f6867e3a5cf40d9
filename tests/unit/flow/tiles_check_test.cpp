// Any C2SP tlog-tiles log in a folder: what holds, and every way in which something does not.
#include "flow/tiles_check.hpp"

#include <fmt/format.h>

#include "mirror_world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
namespace fs = std::filesystem;

namespace {

flow::TilesLog log_of(const std::string& label) {
  return {verifier(label), verifier(label).name()};
}

base::Result<flow::TilesVerification> verify(const fs::path& path,
                                             const flow::TilesLog& log = log_of(full("relay"))) {
  return flow::verify_tiles(path, log, {}, Patient(), [](std::uint64_t, std::uint64_t) {});
}

// Nothing but what tlog-tiles says.
void lay(const fs::path& path, const ReceiptWorld& world) {
  write(path, world);
  for (const char* own : {"sealpost-mirror", "trust", ".lock"}) fs::remove_all(path / own);
}

}  // namespace

TEST_CASE("a log holds with its key alone, of any size") {
  for (const std::size_t size : {8UL, 255UL, 256UL, 257UL, 600UL}) {
    CAPTURE(size);
    const Scratch scratch;
    lay(scratch.path / "log", busy(size));
    const auto found = verify(scratch.path / "log");
    REQUIRE_MESSAGE(found, (found ? "" : found.error().text));
    CHECK(found->checkpoint.size == size);
    CHECK(found->entries == size);
    CHECK(found->first_entry == 0);
    CHECK(found->cosignatures.empty());
  }
}

TEST_CASE("a bit changed anywhere is noticed, and so is a missing file") {
  const Scratch scratch;
  const fs::path whole = scratch.path / "whole";
  lay(whole, busy(600));
  const std::vector<fs::path> files = files_in(whole);
  CHECK(files.size() == 8);
  for (const fs::path& file : files) {
    const fs::path relative = fs::relative(file, whole);
    CAPTURE(relative.string());
    const fs::path bent = scratch.path / "bent";
    fs::copy(whole, bent, fs::copy_options::recursive);
    flip(bent / relative);
    CHECK(verify(bent).error().code == Code::kVerificationFailed);
    fs::remove(bent / relative);
    if (relative != "tile/entries/000") CHECK(!verify(bent));
    fs::remove_all(bent);
  }
}

TEST_CASE("entries may be missing altogether or from the beginning, and nowhere else") {
  const Scratch scratch;
  lay(scratch.path, busy(600));
  fs::remove(scratch.path / "tile/entries/000");
  const auto pruned = verify(scratch.path);
  REQUIRE(pruned);
  CHECK(pruned->first_entry == 256);
  CHECK(pruned->entries == 344);
  fs::remove(scratch.path / "tile/entries/002.p/88");
  CHECK(verify(scratch.path).error().text.find("tile/entries/002.p/88 is missing") !=
        std::string::npos);
  fs::remove_all(scratch.path / "tile/entries");
  const auto bare = verify(scratch.path);
  REQUIRE(bare);
  CHECK(bare->entries == 0);
}

TEST_CASE("a full tile stands for the partial one that a log has deleted") {
  const Scratch scratch;
  ReceiptWorld world = busy(250);
  lay(scratch.path / "log", world);
  const ReceiptWorld grown = busy(300);
  lay(scratch.path / "grown", grown);
  for (const char* level : {"tile/0", "tile/entries"}) {
    fs::remove_all(scratch.path / "log" / level / "000.p");
    fs::copy(scratch.path / "grown" / level / "000", scratch.path / "log" / level / "000");
  }
  CHECK(verify(scratch.path / "log").has_value());
}

TEST_CASE("another key and another origin are refused; a folder without a log is malformed") {
  const Scratch scratch;
  lay(scratch.path / "log", busy(20));
  CHECK(verify(scratch.path / "log", log_of("mallory")).error().code == Code::kVerificationFailed);
  flow::TilesLog other = log_of(full("relay"));
  other.origin = "example.com/log";
  CHECK(verify(scratch.path / "log", other).error().text.find("not of example.com/log") !=
        std::string::npos);
  CHECK(verify(scratch.path).error().code == Code::kMalformed);
  CHECK(verify(scratch.path / "nowhere").error().code == Code::kMalformed);
}

TEST_CASE("witnesses are told apart from strangers, and a bad cosignature spoils the checkpoint") {
  const ReceiptWorld world = busy(20);
  const std::string checkpoint = world.checkpoint(full("relay"));
  const std::string text = note::parse(checkpoint)->text;
  const std::vector<note::Cosigner> witnesses{note::Cosigner::of(verifier("w1.example"))};
  const std::string known = note::cosignature_line(text, key("w1.example"), kNoon);
  const std::string stranger = note::cosignature_line(text, key("w2.example"), kNoon);
  const auto found = flow::cosignatures_on(note::parse(checkpoint + known + stranger).value(),
                                           verifier(full("relay")), witnesses);
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK((*found)[0].at == kNoon);
  CHECK(!(*found)[1].at);
  CHECK(flow::check_quorum(*found, witnesses, 1));
  const std::vector<note::Cosigner> both{witnesses[0], note::Cosigner::of(verifier("w2.example"))};
  CHECK(flow::check_quorum(*found, both, 1));
  CHECK(flow::check_quorum(*found, both, 2).error().text.find("w2.example") != std::string::npos);
  const std::string wrong = note::cosignature_line("other\n1\nroot\n", key("w1.example"), kNoon);
  CHECK(!flow::cosignatures_on(note::parse(checkpoint + wrong).value(), verifier(full("relay")),
                               witnesses));
}
