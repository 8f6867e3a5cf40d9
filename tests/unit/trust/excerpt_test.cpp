#include "trust/excerpt.hpp"

#include <doctest/doctest.h>

#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using trust::Chain;
using trust::Role;

namespace {

const std::string kRoot(kOrganisation);

void invite_and_join(Chain& chain, std::string_view inviter, std::string_view device, Role role,
                     int n) {
  const std::string user(device.substr(0, device.find('/')));
  must(chain, signed_by(invitation(user, role, n), {full(inviter)}));
  must(chain, signed_by(invited_certificate(chain, n, device), {invitation_key(n), full(device)}));
}

// 0 organisation, 1 relay, 2 olivia, 3 ada (admin), 4-5 kim, invited by ada, 6-7 lee, invited by
// olivia, 8 kim's second certificate, 9 ada revoked by olivia, 10-11 max, invited by olivia.
Chain busy() {
  Chain chain = founded();
  must(chain, signed_by(relay(), {kRoot}));
  add_device(chain, "olivia/laptop", Role::kOwner);
  add_device(chain, "ada/desk", Role::kAdmin);
  invite_and_join(chain, "ada/desk", "kim/ward", Role::kMember, 1);
  invite_and_join(chain, "olivia/laptop", "lee/laptop", Role::kMember, 2);
  must(chain, signed_by(successor(chain, "kim/ward"), {full("kim/ward"), full("kim/ward") + "#2"}));
  must(chain, signed_by(revocation(full("ada/desk")), {full("olivia/laptop")}));
  invite_and_join(chain, "olivia/laptop", "max/phone", Role::kMember, 3);
  return chain;
}

using Numbers = std::vector<std::uint64_t>;

// The entries taken alone.
Chain alone(const Chain& chain, const Numbers& numbers) {
  Chain taken(verifier(kRoot));
  for (const std::uint64_t number : numbers) must(taken, chain.entries()[number]);
  return taken;
}

}  // namespace

TEST_CASE("an excerpt has what leads to a device, and what ended whoever led there") {
  const Chain chain = busy();
  CHECK(trust::excerpt_for(chain, {}) == Numbers{0, 1});
  CHECK(trust::excerpt_for(chain, {full("olivia/laptop")}) == Numbers{0, 1, 2});
  CHECK(trust::excerpt_for(chain, {full("lee/laptop")}) == Numbers{0, 1, 2, 6, 7});
  CHECK(trust::excerpt_for(chain, {full("kim/ward")}) == Numbers{0, 1, 2, 3, 4, 5, 8, 9});
  CHECK(trust::excerpt_for(chain, {full("ada/desk")}) == Numbers{0, 1, 2, 3, 9});
  CHECK(trust::excerpt_for(chain, {full("eve/laptop")}) == Numbers{0, 1});
}

TEST_CASE("an excerpt verifies alone and says of its devices what the whole chain says") {
  const Chain chain = busy();
  for (const auto& [name, device] : chain.devices()) {
    CAPTURE(name);
    const Chain taken = alone(chain, trust::excerpt_for(chain, {name}));
    REQUIRE(taken.device(name) != nullptr);
    CHECK(taken.device(name)->certificate_note == device.certificate_note);
    CHECK(taken.device(name)->revoked == device.revoked);
    CHECK(taken.device(name)->keys == device.keys);
  }
}

TEST_CASE("a user who came back in another role does not make an excerpt contradict itself") {
  Chain chain = founded();
  must(chain, signed_by(relay(), {kRoot}));
  add_device(chain, "ada/desk", Role::kAdmin);
  invite_and_join(chain, "ada/desk", "kim/ward", Role::kMember, 1);
  must(chain, signed_by(revocation(full("ada/desk")), {kRoot}));
  add_device(chain, "ada/phone", Role::kMember);
  const Numbers numbers = trust::excerpt_for(chain, {full("kim/ward"), full("ada/phone")});
  CHECK(alone(chain, numbers).device(full("ada/phone")) != nullptr);
}

TEST_CASE("an excerpt that lacks any of its entries does not lead to the device") {
  const Chain chain = busy();
  const Numbers numbers = trust::excerpt_for(chain, {full("lee/laptop")});
  for (const std::uint64_t left_out : {0, 2, 6, 7}) {
    Chain taken(verifier(kRoot));
    bool whole = true;
    for (const std::uint64_t number : numbers) {
      if (number != left_out) whole = taken.append(chain.entries()[number]).has_value() && whole;
    }
    CHECK((!whole || taken.device(full("lee/laptop")) == nullptr));
  }
}
