// What a log asks its witnesses, as c2sp.org/tlog-witness writes it.
#include "merkle/add_checkpoint.hpp"

#include <doctest/doctest.h>

#include "base/encoding.hpp"

using namespace sealpost;
using merkle::AddCheckpoint;

namespace {

const std::string kHash = base::to_base64(merkle::empty_root());
const std::string kNote = "log.example/a\n7\n" + kHash + "\n\n\u2014 log.example/a AAAAAAAA\n";

}  // namespace

TEST_CASE("a request reads as it is written") {
  for (const AddCheckpoint& request :
       {AddCheckpoint{0, {}, kNote}, AddCheckpoint{5, {merkle::empty_root()}, kNote},
        AddCheckpoint{UINT64_MAX, std::vector(63, merkle::empty_root()), kNote}}) {
    const auto read = merkle::parse_add_checkpoint(merkle::format_add_checkpoint(request));
    REQUIRE(read);
    CHECK(read->old_size == request.old_size);
    CHECK(read->proof == request.proof);
    CHECK(read->checkpoint_note == kNote);
  }
  CHECK(merkle::format_add_checkpoint({5, {merkle::empty_root()}, kNote}) ==
        "old 5\n" + kHash + "\n\n" + kNote);
}

TEST_CASE("every other form is refused") {
  for (const std::string& bad : {
           std::string(),
           std::string("old 5\n"),
           "old\n\n" + kNote,
           "old 05\n\n" + kNote,
           "old -1\n\n" + kNote,
           "old 18446744073709551616\n\n" + kNote,
           "Old 5\n\n" + kNote,
           "old 5 \n\n" + kNote,
           "old 5\nAAAA\n\n" + kNote,
           "old 5\n" + kHash.substr(1) + "\n\n" + kNote,
           "old 5\r\n\r\n" + kNote,
           merkle::format_add_checkpoint({5, std::vector(64, merkle::empty_root()), kNote}),
           "old 5\n\n" + std::string(merkle::kMaxAddCheckpoint, 'x'),
       }) {
    CAPTURE(bad);
    CHECK(merkle::parse_add_checkpoint(bad).error().code == base::Code::kMalformed);
  }
}

TEST_CASE("a witness's size is a number on a line") {
  CHECK(merkle::parse_witness_size(merkle::format_witness_size(20852014)).value() == 20852014);
  for (const char* bad : {"", "7", "07\n", "7\n\n", "seven\n"}) {
    CHECK(!merkle::parse_witness_size(bad));
  }
}
