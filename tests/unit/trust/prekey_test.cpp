#include <doctest/doctest.h>

#include "golden.hpp"
#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using trust::Chain;
using trust::Role;

namespace {

const std::string kServer = full("bot/server");

Chain with_server() {
  Chain chain = founded();
  add_device(chain, "bot/server", Role::kService);
  return chain;
}

Code refusal(const Chain& chain, std::string_view note, base::Time now = kNoon + kDay) {
  const auto result = trust::verify_prekey(chain, note, now);
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

}  // namespace

TEST_CASE("a device's own prekey is accepted until it expires") {
  const Chain chain = with_server();
  CHECK(trust::verify_prekey(chain, kGoldenPrekey, kNoon).value().recipient ==
        prekey("bot/server").recipient);
  CHECK(trust::verify_prekey(chain, kGoldenPrekey, kNoon + 30 * kDay).has_value());
  CHECK(refusal(chain, kGoldenPrekey, kNoon + 30 * kDay + std::chrono::seconds(1)) ==
        Code::kDenied);
}

TEST_CASE("a prekey that the relay made up is refused") {
  Chain chain = with_server();
  add_device(chain, "eve/laptop", Role::kMember);
  const trust::Prekey value = prekey("bot/server");
  CHECK(refusal(chain, signed_by(value, {full("relay")})) == Code::kVerificationFailed);
  CHECK(refusal(chain, signed_by(value, {full("eve/laptop")})) == Code::kVerificationFailed);
  CHECK(refusal(chain, signed_by(value, {kServer + "#2"})) == Code::kVerificationFailed);
  CHECK(refusal(chain, signed_by(value, {kServer, full("eve/laptop")})) ==
        Code::kVerificationFailed);
  std::string swapped(kGoldenPrekey);
  swapped.replace(swapped.find("00112233445566ff"), 16, "00112233445566fe");
  CHECK(refusal(chain, swapped) == Code::kVerificationFailed);
  CHECK(refusal(chain, "sealpost/v1/prekey\n") == Code::kMalformed);
}

TEST_CASE("a prekey of an unknown, revoked or expired device is refused") {
  Chain chain = with_server();
  CHECK(refusal(chain, signed_by(prekey("nobody/laptop"), {full("nobody/laptop")})) ==
        Code::kNotFound);
  trust::Prekey longest = prekey("bot/server");
  longest.expires = kNoon + 500 * kDay;
  CHECK(refusal(chain, signed_by(longest, {kServer}), kNoon + 366 * kDay) == Code::kDenied);
  must(chain, signed_by(revocation(kServer), {std::string(kOrganisation)}));
  CHECK(refusal(chain, kGoldenPrekey) == Code::kRevoked);
}

TEST_CASE("a prekey ends with the key that signed it, and needs a suite that was declared") {
  Chain chain = with_server();
  must(chain, signed_by(successor(chain, "bot/server"), {kServer, kServer + "#2"}));
  CHECK(refusal(chain, kGoldenPrekey) == Code::kVerificationFailed);

  Chain modern = founded();
  trust::Certificate certificate = root_certificate("bot/server", Role::kService);
  certificate.suites = {"age-hybrid"};
  must(modern, signed_by(certificate, {std::string(kOrganisation), kServer}));
  CHECK(refusal(modern, kGoldenPrekey) == Code::kDenied);
}
