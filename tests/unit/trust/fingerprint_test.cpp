#include "trust/fingerprint.hpp"

#include <doctest/doctest.h>

#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;

TEST_CASE("a fingerprint is ten groups of four digits and covers name and key") {
  const std::string first = trust::fingerprint(verifier("mercy.example/dr.lee/laptop"));
  CHECK(first.size() == 49);
  CHECK(first.find_first_not_of("0123456789ABCDEF ") == std::string::npos);
  CHECK(first == trust::fingerprint(verifier("mercy.example/dr.lee/laptop")));
  CHECK(first != trust::fingerprint(verifier("mercy.example/dr.lee/desk")));
  const auto other = note::Verifier::make("mercy.example/dr.lee/desk",
                                          verifier("mercy.example/dr.lee/laptop").key());
  REQUIRE(other);
  CHECK(first != trust::fingerprint(*other));
}
