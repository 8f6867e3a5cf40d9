// Statements that let readers of the register go on: who may sign them, of whom, and their form.
#include <doctest/doctest.h>

#include <functional>

#include "text/time.hpp"
#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using trust::Chain;
using trust::Role;

namespace {

trust::RegisterSkip skip() {
  trust::RegisterSkip value;
  value.stream = "people";
  value.author = full("eve/desk");
  value.first = 17;
  value.last = 18;
  value.head.fill(3);
  value.reason = "nobody has the key";
  value.at = kNoon + kDay;
  return value;
}

Chain house(bool revoked) {
  Chain chain = founded();
  add_device(chain, "olivia/desk", Role::kOwner);
  add_device(chain, "ada/desk", Role::kAdmin);
  add_device(chain, "dr.lee/laptop", Role::kMember);
  add_device(chain, "eve/desk", Role::kMember);
  if (revoked) {
    must(chain,
         signed_by(trust::Revocation{full("eve/desk"), "", kNoon + kDay}, {full("ada/desk")}));
  }
  return chain;
}

Code refused(Chain& chain, const std::string& entry) {
  const auto taken = chain.append(entry);
  REQUIRE_FALSE(taken.has_value());
  CHECK(chain.register_skips().empty());
  return taken.error().code;
}

}  // namespace

TEST_CASE("owners, admins and the root have entries of a revoked device skipped, and nobody else") {
  for (const std::string& signer :
       {full("olivia/desk"), full("ada/desk"), std::string(kOrganisation)}) {
    Chain chain = house(true);
    must(chain, signed_by(skip(), {signer}));
    REQUIRE(chain.register_skips().size() == 1);
    CHECK(chain.register_skips()[0].author == full("eve/desk"));
    CHECK(chain.register_skips()[0].last == 18);
  }
  Chain chain = house(true);
  CHECK(refused(chain, signed_by(skip(), {full("dr.lee/laptop")})) == Code::kDenied);
  CHECK(refused(chain, signed_by(skip(), {full("eve/desk")})) == Code::kRevoked);
  trust::RegisterSkip stranger = skip();
  stranger.author = full("nobody/desk");
  CHECK(refused(chain, signed_by(stranger, {full("ada/desk")})) == Code::kNotFound);
}

TEST_CASE("nothing is skipped of a device that stands") {
  Chain chain = house(false);
  CHECK(refused(chain, signed_by(skip(), {full("olivia/desk")})) == Code::kConflict);
  CHECK(refused(chain, signed_by(skip(), {std::string(kOrganisation)})) == Code::kConflict);
}

TEST_CASE("a skip has one spelling, and names a row of entries") {
  const std::string text = trust::format(skip()).value();
  CHECK(text ==
        "sealpost/v1/register-skip\nstream: people\nauthor: mercy.example/eve/desk\nfirst: 17\n"
        "last: 18\nhead: AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\n"
        "reason: nobody has the key\nat: " +
            text::format_time(kNoon + kDay) + "\n");
  CHECK(trust::format(trust::parse_register_skip(text).value()).value() == text);
  for (const auto& change : std::vector<std::function<void(trust::RegisterSkip&)>>{
           [](auto& s) { s.stream = "others"; }, [](auto& s) { s.author = "eve"; },
           [](auto& s) { s.first = 0; }, [](auto& s) { s.last = 16; },
           [](auto& s) { s.reason = "\x1b"; }}) {
    trust::RegisterSkip bad = skip();
    change(bad);
    CHECK_FALSE(trust::format(bad).has_value());
  }
  CHECK_FALSE(trust::parse_register_skip(text + "more: 1\n").has_value());
}
