// JSON and CBOR from outside: hostile nesting, duplicate keys, wrong types and broken text end in
// kMalformed, never in an exception or an exhausted stack. UUIDs, which travel in them, too.
#include "text/json.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "support/fakes.hpp"
#include "text/uuid.hpp"

namespace sealpost::text {
namespace {

using base::Bytes;
using base::Code;

void refuse_json(std::string_view text) {
  CAPTURE(text.substr(0, 60));
  const auto parsed = parse_json(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == Code::kMalformed);
}

void refuse_cbor(const Bytes& bytes) {
  CAPTURE(base::to_hex(base::ByteView(bytes).first(std::min<std::size_t>(bytes.size(), 30))));
  const auto parsed = parse_cbor(bytes);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == Code::kMalformed);
}

void refuse_cbor(std::string_view hex) { refuse_cbor(*base::parse_hex(hex)); }

std::string nested(int levels) {
  return std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']');
}

Bytes nested_cbor(int levels) {
  Bytes bytes(static_cast<std::size_t>(levels), 0x81);
  bytes.back() = 0x80;
  return bytes;
}

}  // namespace

TEST_CASE("one JSON document is read, with white space around it") {
  CHECK(parse_json(" {\"a\": [1, true, null, \"x\"]}\n")->dump() == R"({"a":[1,true,null,"x"]})");
  CHECK(*string_at(*parse_json(R"({"a":"\u00fc\ud83d\ude00"})"), "a") == "ü😀");
}

TEST_CASE("what is not exactly one JSON document is malformed") {
  for (const char* text : {"",
                           " ",
                           "{",
                           "}",
                           "{}{}",
                           "{} x",
                           "[1,]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "01",
                           "+1",
                           "1.",
                           ".5",
                           "NaN",
                           "Infinity",
                           "-",
                           "tru",
                           "\"",
                           "\"\t\"",
                           "\"\\x\"",
                           "\"\\ud800\"",
                           "// x\n1",
                           "/* x */1",
                           "nul",
                           "[1 2]",
                           "{\"a\" 1}",
                           "\"\xff\"",
                           "\"\xc0\x80\"",
                           "\"\xed\xa0\x80\"",
                           "1e999"}) {
    refuse_json(text);
  }
  refuse_json(std::string_view("{}\0", 3));
}

TEST_CASE("sixteen levels of JSON are read, hostile nesting is refused early") {
  CHECK(parse_json(nested(kMaxDepth)));
  refuse_json(nested(kMaxDepth + 1));
  refuse_json(std::string(10000000, '['));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  refuse_json(objects);
}

TEST_CASE("siblings do not count as levels") {
  std::string wide = "[";
  for (int i = 0; i < 1000; ++i) wide += "[],{},";
  CHECK(parse_json(wide + "1]"));
}

TEST_CASE("a key given twice is malformed, on every level, however it is spelled") {
  refuse_json(R"({"a":1,"a":1})");
  refuse_json(R"({"a":1,"b":2,"a":3})");
  refuse_json(R"({"a":1,"\u0061":2})");
  refuse_json(R"([{"x":{"a":1,"a":2}}])");
  CHECK(parse_json(R"([{"a":1},{"a":2}])"));
  CHECK(parse_json(R"({"a":{"a":{"a":1}},"b":{"a":1}})"));
}

TEST_CASE("canonical JSON has sorted keys, no spaces and short escapes") {
  const auto value = parse_json("{\"b\": 1, \"a\": \"\\u00fc\\/\\n\\u0001\", \"C\": [true, {}]}");
  REQUIRE(value);
  CHECK(canonical(*value) == "{\"C\":[true,{}],\"a\":\"ü/\\n\\u0001\",\"b\":1}");
}

TEST_CASE("a line for people keeps its order, has no control characters and replaces bad bytes") {
  OrderedJson value;
  value["z"] = "two\nlines\x1b";
  value["a"] = "bad\xff";
  CHECK(to_line(value) == "{\"z\":\"two\\nlines\\u001b\",\"a\":\"bad\\ufffd\"}");
}

TEST_CASE("what is printed is written in braces: pairs that begin with a text are an object") {
  const std::vector<std::string_view> names{"a", "b"};
  OrderedJson value{{"text", "x"},          {"number", std::uint64_t{1} << 53},
                    {"below", -1},          {"truth", true},
                    {"nothing", nullptr},   {"texts", names},
                    {"pair", {"one", "2"}}, {"inner", {{"z", 1}, {"a", OrderedJson::array()}}}};
  CHECK(to_line(value) == R"({"text":"x","number":9007199254740992,"below":-1,"truth":true,)"
                          R"("nothing":null,"texts":["a","b"],"pair":["one","2"],)"
                          R"("inner":{"z":1,"a":[]}})");
  const OrderedJson copy = value;
  value["text"] = OrderedJson::object();
  value["list"].push_back({{"k", "v"}});
  value["list"].push_back(std::string("w"));
  CHECK(to_line(copy).find("list") == std::string::npos);
  CHECK(to_line(value).substr(0, 11) == R"({"text":{},)");
  CHECK(to_line(value).ends_with(R"("list":[{"k":"v"},"w"]})"));
  CHECK(to_line({}) == "null");
  CHECK(to_line(to_document(OrderedTree{{"tree", 1}})) == R"({"tree":1})");
}

TEST_CASE("members are asked for by name and type") {
  const auto object =
      parse_json(R"({"s":"x","n":7,"neg":-1,"f":1.5,"b":false,"a":[1],"o":{},"null":null})");
  REQUIRE(object);
  CHECK(*string_at(*object, "s") == "x");
  CHECK(*number_at(*object, "n") == 7);
  CHECK_FALSE(*bool_at(*object, "b"));
  CHECK((*array_at(*object, "a"))->size() == 1);
  CHECK(*optional_string_at(*object, "s") == "x");
  CHECK(*optional_string_at(*object, "null") == std::nullopt);
  CHECK(*optional_string_at(*object, "absent") == std::nullopt);
  for (const char* key : {"n", "null", "absent", "o"}) {
    CHECK(string_at(*object, key).error().code == Code::kMalformed);
  }
  for (const char* key : {"s", "neg", "f", "b", "absent"}) {
    CHECK(number_at(*object, key).error().code == Code::kMalformed);
  }
  CHECK(number_at(*object, "neg").error().text == "\"neg\" is missing or not a whole number");
  CHECK_FALSE(optional_string_at(*object, "n"));
  CHECK_FALSE(bool_at(*object, "n"));
  CHECK_FALSE(array_at(*object, "o"));
  CHECK_FALSE(binary_at(*object, "s"));
  CHECK_FALSE(string_at(*parse_json("[]"), "s"));
  CHECK_FALSE(string_at(*parse_json("1"), "s"));
}

TEST_CASE("CBOR values come back as they were written") {
  Json value{{"text", "ü"}, {"number", UINT64_MAX}, {"list", {1, -1, true, nullptr}}};
  value["bytes"] = binary(Bytes{0, 1, 255});
  value["long"] = binary(Bytes(70000, 3));
  const auto parsed = parse_cbor(to_cbor(value));
  REQUIRE(parsed);
  CHECK(*parsed == value);
  CHECK(*binary_at(*parsed, "bytes") == Bytes{0, 1, 255});
  CHECK(binary_at(*parsed, "long")->size() == 70000);
}

TEST_CASE("the examples of RFC 8949 that this house writes are read") {
  CHECK(*parse_cbor(*base::parse_hex("1bffffffffffffffff")) == UINT64_MAX);
  CHECK(*parse_cbor(*base::parse_hex("a26161016162820203")) == *parse_json(R"({"a":1,"b":[2,3]})"));
  CHECK(*parse_cbor(*base::parse_hex("64f0908591")) == "\U00010151");
}

TEST_CASE("every truncation of a CBOR value is malformed") {
  Json value{{"text", "abc"}, {"number", 70000}, {"list", {1, 2, "x"}}};
  value["bytes"] = binary(Bytes(300, 1));
  const Bytes whole = to_cbor(value);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto parsed = parse_cbor(base::ByteView(whole).first(size));
    REQUIRE_FALSE(parsed);
    REQUIRE(parsed.error().code == Code::kMalformed);
  }
  Bytes longer = whole;
  longer.push_back(0);
  refuse_cbor(longer);
}

TEST_CASE("CBOR with duplicate keys, keys that are no text, tags or bad text is malformed") {
  refuse_cbor("a2616101616102");
  refuse_cbor("a10102");
  refuse_cbor("a1410002");
  refuse_cbor("c074323031332d30332d32315432303a30343a30305a");  // a tagged time
  refuse_cbor("61ff");
  refuse_cbor("63eda080");
  refuse_cbor("a161ff01");
  refuse_cbor("1c");
  refuse_cbor("fc");
  refuse_cbor("ff");
}

TEST_CASE("CBOR of indefinite length is malformed") {
  refuse_cbor("9f01ff");
  refuse_cbor("bf616101ff");
  refuse_cbor("7f6161ff");
  refuse_cbor("5f4100ff");
}

TEST_CASE("hostile CBOR neither exhausts the stack nor the memory") {
  CHECK(parse_cbor(nested_cbor(kMaxDepth)));
  refuse_cbor(nested_cbor(kMaxDepth + 1));
  refuse_cbor(nested_cbor(10000000));
  for (std::uint8_t opener : Bytes{0x5f, 0x7f, 0x9f, 0xbf}) refuse_cbor(Bytes(10000000, opener));
  refuse_cbor(Bytes(10000000, 0xc0));  // tag upon tag
  for (const char* head :
       {"5bffffffffffffffff", "7bffffffffffffffff", "9bffffffffffffffff", "bbffffffffffffffff",
        "5b00000000ffffffff", "9b7fffffffffffffff", "9a7fffffff01", "ba7fffffff616101"}) {
    refuse_cbor(head);
  }
}

TEST_CASE("random ids sort by time, differ, and have the form of RFC 9562") {
  testing::FakeRandom random;
  testing::FakeClock clock;
  std::set<std::string> seen;
  std::string before;
  for (int i = 0; i < 50; ++i) {
    const std::string id = uuid_v7(clock.now(), random);
    CHECK(is_uuid(id));
    CHECK(id[14] == '7');
    CHECK(before < id);
    before = id;
    clock.advance(base::milliseconds(1));
  }
  // The milliseconds are those of RFC 9562, appendix A.6.
  const base::Time example(base::milliseconds(0x017F22E279B0));
  CHECK(uuid_v7(example, random).starts_with("017f22e2-79b0-7"));
}

TEST_CASE("an id from a hash is the same for the same hash") {
  const Bytes hash(32, 0xff);
  CHECK(uuid_v8(hash) == "ffffffff-ffff-8fff-bfff-ffffffffffff");
  CHECK(is_uuid(uuid_v8(hash)));
  CHECK(uuid_v8(hash) != uuid_v8(Bytes(32, 0xfe)));
}

TEST_CASE("what only looks like an id is none") {
  for (const char* text :
       {"", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
        "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-18c4-dc0c0c07398f", "017f22e2079b0-7cc3-98c4-dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}"}) {
    CAPTURE(text);
    CHECK_FALSE(is_uuid(text));
  }
  CHECK(is_uuid("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"));
}

}  // namespace sealpost::text
