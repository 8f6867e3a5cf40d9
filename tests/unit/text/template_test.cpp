#include "text/template.hpp"

#include <doctest/doctest.h>

#include <map>

namespace sealpost::text {
namespace {

std::string filled(std::string_view source, const std::map<std::string, std::string>& row) {
  const auto parsed = Template::parse(source);
  REQUIRE(parsed);
  return parsed->fill(
      [&](std::string_view column) -> std::string_view { return row.at(std::string(column)); });
}

TEST_CASE("places are filled, braces are doubled, and what is filled in is not looked at") {
  CHECK(filled("Dear {name}, {{see}} {day} {name}", {{"name", "{day}"}, {"day", "Tue"}}) ==
        "Dear {day}, {see} Tue {day}");
  CHECK(filled("", {}).empty());
  CHECK(filled("{a}{b}", {{"a", "1"}, {"b", "2"}}) == "12");
}

TEST_CASE("columns are named once, in their order") {
  const auto parsed = Template::parse("{b} {a} {b} {first name}");
  REQUIRE(parsed);
  CHECK(parsed->columns() == std::vector<std::string>{"b", "a", "first name"});
}

TEST_CASE("a template out of form is refused with its line") {
  for (const char* source : {"one\n{two", "one\ntwo}", "one\n{}", "one\n{a{b}}", "one\n{tw\no}"}) {
    CAPTURE(source);
    const auto parsed = Template::parse(source);
    REQUIRE(!parsed);
    CHECK(parsed.error().code == base::Code::kMalformed);
    CHECK(parsed.error().text.find("line 2") != std::string::npos);
  }
}

}  // namespace
}  // namespace sealpost::text
