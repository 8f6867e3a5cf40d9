#include <doctest/doctest.h>

#include "message/header.hpp"

using namespace sealpost;
using namespace sealpost::message;

namespace {

base::Bytes bytes_of(std::string_view text) { return base::to_bytes(text); }

// The reason why bytes are no frame.
std::string reason(const base::Bytes& bytes) {
  const auto parsed = parse_frame(bytes);
  REQUIRE(!parsed);
  CHECK(parsed.error().code == base::Code::kMalformed);
  return parsed.error().text;
}

}  // namespace

TEST_CASE("the padded size is the one of the published formula") {
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> vectors{{0, 0},
                                                                     {1, 1},
                                                                     {2, 2},
                                                                     {7, 7},
                                                                     {8, 8},
                                                                     {9, 10},
                                                                     {100, 104},
                                                                     {1000, 1024},
                                                                     {10000, 10240},
                                                                     {65537, 67584},
                                                                     {1 << 20, 1 << 20},
                                                                     {(1 << 20) + 1, 1081344}};
  for (const auto& vector : vectors) {
    CAPTURE(vector.first);
    CHECK(padme(vector.first) == vector.second);
  }
  for (std::uint64_t length = 1; length < 200'000; length += 7) {
    CHECK(padme(length) >= length);
    CHECK(padme(length) * 100 <= length * 112 + 100);
    CHECK(padme(padme(length)) == padme(length));
  }
}

TEST_CASE("a frame is a line, the note, the body and zeroes") {
  // 24 + 5 + 11 = 40 bytes, already a Padme size; 25 + 5 + 12 = 42 becomes 44.
  CHECK(base::as_text(frame("note\n", bytes_of("hello world")).expose()) ==
        "sealpost-message/1 5 11\nnote\nhello world");
  CHECK(base::as_text(frame("note\n", bytes_of("hello world!\n")).expose()) ==
        std::string_view("sealpost-message/1 5 13\nnote\nhello world!\n\0\0", 44));
}

TEST_CASE("a frame is read back, whatever the body holds") {
  const base::Bytes body = bytes_of(std::string_view("sealpost-message/1 0 0\n\0\0", 25));
  const auto framed = frame("note\n", body);
  const auto parsed = parse_frame(framed.expose());
  REQUIRE(parsed);
  CHECK(parsed->header_note == "note\n");
  CHECK(base::to_bytes(parsed->body.expose()) == body);
  CHECK(parse_frame(frame("n\n", {}).expose())->body.empty());
}

TEST_CASE("padding that is not zero is refused") {
  base::Bytes bytes = base::to_bytes(frame("note\n", bytes_of("hello world!\n")).expose());
  bytes.back() = 1;
  CHECK(reason(bytes) == "a message frame with padding that is not zero");
}

TEST_CASE("a frame with more or less padding is refused") {
  base::Bytes bytes = base::to_bytes(frame("note\n", bytes_of("hello world!\n")).expose());
  bytes.push_back(0);
  CHECK(reason(bytes) == "a message frame of the wrong length");
  bytes.resize(bytes.size() - 2);
  CHECK(reason(bytes) == "a message frame of the wrong length");
}

TEST_CASE("a first line out of form is refused") {
  CHECK(reason(bytes_of("sealpost-message/2 0 0\n")).ends_with("of an unknown version"));
  CHECK(reason(bytes_of("sealpost-message/1 0\n")).ends_with("without its two lengths"));
  CHECK(reason(bytes_of("sealpost-message/1 0 0")).ends_with("without a first line"));
  CHECK(reason({}).ends_with("without a first line"));
  CHECK(!parse_frame(bytes_of("sealpost-message/1 00 0\n")));
  CHECK(!parse_frame(bytes_of("sealpost-message/1 -1 0\n")));
  CHECK(!parse_frame(bytes_of("sealpost-message/1 0 0 \n")));
  CHECK(!parse_frame(bytes_of("sealpost-message/1 9 0\nnote\n")));
  CHECK(!parse_frame(bytes_of("sealpost-message/1 18446744073709551615 1\nnote\n")));
  CHECK(!parse_frame(bytes_of("sealpost-message/1 0 4194305\n")));
}
