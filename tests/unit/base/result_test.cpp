// Errors as values, and the whole numbers and pieces that everything from outside goes through.
#include "base/result.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <set>

#include "base/bytes.hpp"

namespace sealpost::base {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Error{Code::kUsage, "odd", "give an even one"};
  return number / 2;
}

Result<int> quarter(int number) {
  TRY(const int first, half(number));
  TRY(const int second, half(first));
  return second;
}

Result<void> only_even(int number) {
  TRY(half(number));
  return {};
}

}  // namespace

TEST_CASE("TRY binds the value, or hands the error on unchanged") {
  CHECK(*quarter(12) == 3);
  CHECK(quarter(6).error().code == Code::kUsage);
  CHECK(quarter(6).error().text == "odd");
  CHECK(quarter(6).error().hint == "give an even one");
  CHECK(only_even(2));
  CHECK(only_even(3).error().code == Code::kUsage);
}

TEST_CASE("a result carries what can only be moved") {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = *std::move(result);
  CHECK(*taken == 7);
}

TEST_CASE("value_or gives the other value only for an error") {
  CHECK(half(4).value_or(9) == 2);
  CHECK(half(3).value_or(9) == 9);
}

TEST_CASE("context is put in front of the text, code and hint stay") {
  const Error error = with_context({Code::kLocked, "locked", "unlock it"}, "profile bob");
  CHECK(error.code == Code::kLocked);
  CHECK(error.text == "profile bob: locked");
  CHECK(error.hint == "unlock it");
}

TEST_CASE("every code has a name of its own that leads back to it") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Code::kInternal); ++i) {
    const auto code = static_cast<Code>(i);
    CHECK(code_from_name(code_name(code)) == code);
    CHECK(names.insert(code_name(code)).second);
  }
  CHECK(names.size() == 19);
  CHECK(code_name(Code::kVerificationFailed) == "verification-failed");
  CHECK_FALSE(code_from_name("Usage"));
  CHECK_FALSE(code_from_name(""));
}

TEST_CASE("a decimal has one spelling and a largest value") {
  CHECK(*parse_decimal("0") == 0);
  CHECK(*parse_decimal("18446744073709551615") == UINT64_MAX);
  CHECK(*parse_decimal("255", 255) == 255);
  for (const char* text : {"", "-0", "-1", "+1", "00", "01", " 1", "1 ", "1.0", "1e3", "0x10", "٣",
                           "18446744073709551616", "99999999999999999999999"}) {
    CAPTURE(text);
    CHECK(parse_decimal(text).error().code == Code::kMalformed);
  }
  CHECK_FALSE(parse_decimal("256", 255));
  CHECK_FALSE(parse_decimal(std::string_view("1\0", 2)));
}

TEST_CASE("integers are written and read big endian") {
  Bytes bytes;
  append_be(bytes, 0x0102030405060708, 8);
  append_be(bytes, 0xabcd, 2);
  append_be(bytes, 0x1ff, 1);  // higher bits are dropped
  CHECK(bytes == Bytes{1, 2, 3, 4, 5, 6, 7, 8, 0xab, 0xcd, 0xff});
  Reader reader(bytes);
  CHECK(*reader.be(8) == 0x0102030405060708);
  CHECK(*reader.be(2) == 0xabcd);
  CHECK(*reader.be(1) == 0xff);
  CHECK(reader.empty());
}

TEST_CASE("a read past the end fails and consumes nothing") {
  const Bytes bytes{1, 2, 3};
  Reader reader(bytes);
  CHECK(reader.be(4).error().code == Code::kMalformed);
  CHECK(reader.take(SIZE_MAX).error().code == Code::kMalformed);
  CHECK(reader.rest().size() == 3);
  CHECK(reader.take(3)->size() == 3);
  CHECK(reader.take(0)->empty());
  CHECK_FALSE(reader.be(1));
}

TEST_CASE("splitting keeps empty parts") {
  using Parts = std::vector<std::string_view>;
  CHECK(split("a,,b", ',') == Parts{"a", "", "b"});
  CHECK(split("", ',') == Parts{""});
  CHECK(split(",", ',') == Parts{"", ""});
}

}  // namespace sealpost::base
