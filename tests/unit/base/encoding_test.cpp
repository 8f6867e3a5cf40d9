// Encodings: the vectors of RFC 4648 and BIP 173, and one spelling for one value.
#include "base/encoding.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace sealpost::base {
namespace {

template <typename T>
void refused(const Result<T>& result) {
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::kMalformed);
}

Bytes counting(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 37 + size);
  return bytes;
}

}  // namespace

TEST_CASE("base64 has the vectors of RFC 4648") {
  for (auto [plain, encoded] : {std::pair("", ""),
                                {"f", "Zg=="},
                                {"fo", "Zm8="},
                                {"foo", "Zm9v"},
                                {"foob", "Zm9vYg=="},
                                {"fooba", "Zm9vYmE="},
                                {"foobar", "Zm9vYmFy"}}) {
    CHECK(to_base64(as_bytes(plain)) == encoded);
    CHECK(*parse_base64(encoded) == to_bytes(std::string_view(plain)));
  }
  CHECK(to_base64_unpadded(as_bytes("f")) == "Zg");
  CHECK(to_base64url(Bytes{0xfb, 0xff}) == "-_8");
  CHECK(to_base64(Bytes{0xfb, 0xff}) == "+/8=");
}

TEST_CASE("base32 has the vectors of RFC 4648, without padding") {
  CHECK(to_base32({}).empty());
  CHECK(to_base32(as_bytes("f")) == "MY");
  CHECK(to_base32(as_bytes("fo")) == "MZXQ");
  CHECK(to_base32(as_bytes("foo")) == "MZXW6");
  CHECK(to_base32(as_bytes("foob")) == "MZXW6YQ");
  CHECK(to_base32(as_bytes("fooba")) == "MZXW6YTB");
  CHECK(to_base32(as_bytes("foobar")) == "MZXW6YTBOI");
}

TEST_CASE("every length survives every encoding") {
  for (std::size_t size = 0; size < 70; ++size) {
    const Bytes bytes = counting(size);
    CHECK(*parse_base64(to_base64(bytes)) == bytes);
    CHECK(*parse_base64_unpadded(to_base64_unpadded(bytes)) == bytes);
    CHECK(*parse_base64url(to_base64url(bytes)) == bytes);
    CHECK(*parse_hex(to_hex(bytes)) == bytes);
    const auto bech32 = parse_bech32(to_bech32("age", bytes));
    REQUIRE(bech32);
    CHECK(bech32->hrp == "age");
    CHECK(bech32->data == bytes);
  }
}

TEST_CASE("base64 that is not canonical is refused") {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Z===", "=", "====", "Zh==", "Zm9=", "Zm8",
                           "Zm8=Zm8=", "Zm 8=", "Zm8=\n", "\nZm8=", "Zm9v\r\n", "Zm-_", "Zm9vY",
                           "Zg==Zg==", "Zm9v===="}) {
    CAPTURE(text);
    refused(parse_base64(text));
  }
  refused(parse_base64(std::string_view("Zm9\0", 4)));
  refused(parse_base64_unpadded("Zg=="));
  refused(parse_base64_unpadded("Zh"));
  refused(parse_base64_unpadded("Zm9vY"));
  refused(parse_base64url("+/8"));
  refused(parse_base64url("-_9"));
}

TEST_CASE("hexadecimal is written in lower case and read in both") {
  CHECK(to_hex(Bytes{0x00, 0xab, 0xff}) == "00abff");
  CHECK(*parse_hex("00ABff") == Bytes{0x00, 0xab, 0xff});
  for (const char* text : {"0", "0g", "0x", " 00", "00 ", "-1"}) refused(parse_hex(text));
}

TEST_CASE("Bech32 accepts the valid strings of BIP 173, of any length") {
  for (const char* text :
       {"A12UEL5L", "a12uel5l", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "?1ezyfcl"}) {
    CAPTURE(text);
    CHECK(parse_bech32(text));
  }
  CHECK(parse_bech32("A12UEL5L")->hrp == "a");
  CHECK(parse_bech32("A12UEL5L")->data.empty());
  CHECK(parse_bech32(to_bech32("age", counting(500)))->data == counting(500));
}

TEST_CASE("Bech32 refuses what BIP 173 calls invalid") {
  for (const char* text :
       {"\x20"
        "1nwldj5",
        "\x7f"
        "1axkwrx",
        "\x80"
        "1eym55h",
        "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "de1lg7wt\xff", "A1G7SGD8",
        "10a06t8", "1qzzfhee", "a12UEL5L", "a12uel5m", "b12uel5l", "", "1", "a1", "a12uel5"}) {
    CAPTURE(text);
    refused(parse_bech32(text));
  }
}

TEST_CASE("a changed character of an age recipient is noticed") {
  const std::string good = to_bech32("age", counting(32));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == 'q' ? 'p' : 'q';
    CAPTURE(bad);
    CHECK_FALSE(parse_bech32(bad));
  }
}

TEST_CASE("percent-encoding keeps what RFC 3986 calls unreserved") {
  CHECK(percent_encode("AZaz09-._~") == "AZaz09-._~");
  CHECK(percent_encode("a b/?&=+%ü") == "a%20b%2F%3F%26%3D%2B%25%C3%BC");
  CHECK(percent_encode(std::string_view("\0\n", 2)) == "%00%0A");
  CHECK(*percent_decode("a%20b%2f+") == "a b/+");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(*percent_decode(percent_encode(all)) == all);
  for (const char* text : {"%", "%4", "a%", "%zz", "%4g", "%%41"}) refused(percent_decode(text));
}

}  // namespace sealpost::base
