// What the user of a device is told of the trust chain without asking.
#include "flow/notices.hpp"

#include <array>

#include "../trust/world.hpp"
#include "temporary_vault.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using flow::Notice;
using trust::Role;

namespace {

const trust::DeviceName kSelf = trust::parse_device_name(full("lee/laptop")).value();

struct World {
  World() : chain(founded()) {
    add_device(chain, "olivia/desk", Role::kOwner);
    take(signed_by(root_certificate("lee/laptop", Role::kMember),
                   {std::string(kOrganisation), full("lee/laptop")}));
  }
  // What lee's laptop, with these keys of its own, is told of the entry.
  std::optional<Notice> take(const std::string& entry) {
    must(chain, entry);
    return flow::notice_of(chain, entry, kSelf, own);
  }
  // A further device, invited by olivia.
  std::optional<Notice> joins(std::string_view device, int n) {
    const std::string user(device.substr(0, device.find('/')));
    CHECK_FALSE(take(signed_by(invitation(user, Role::kMember, n), {full("olivia/desk")})));
    return take(
        signed_by(invited_certificate(chain, n, device), {invitation_key(n), full(device)}));
  }
  std::optional<Notice> goes_on(std::string_view device, const std::string& label) {
    trust::Certificate next = successor(chain, device);
    next.key = verifier(label);
    if (label == full(device)) return take(signed_by(next, {full(device)}));
    return take(signed_by(next, {full(device), label}));
  }

  std::vector<note::Verifier> own{verifier(full("lee/laptop"))};
  trust::Chain chain;
};

Notice numbered(std::uint64_t entry) {
  return {"device-joined", full("lee/phone"), full("olivia/desk"), entry, kNoon};
}

}  // namespace

TEST_CASE("a further device of one's own is told of, and who invited it") {
  World world;
  const auto notice = world.joins("lee/phone", 1);
  REQUIRE(notice.has_value());
  CHECK(notice->event == "device-joined");
  CHECK(notice->device == full("lee/phone"));
  CHECK(notice->inviter == full("olivia/desk"));
  CHECK(notice->entry == world.chain.size() - 1);
  CHECK(notice->at == kNoon);
}

TEST_CASE("what others do, and what this device does itself, is no news") {
  World world;
  CHECK_FALSE(world.joins("kim/ward", 1));
  CHECK_FALSE(world.goes_on("lee/laptop", full("lee/laptop")));
  CHECK_FALSE(world.take(signed_by(revocation(full("kim/ward")), {std::string(kOrganisation)})));
  CHECK_FALSE(flow::notice_of(world.chain, "no entry", kSelf, world.own));
}

TEST_CASE("another device of one's own that renews itself, or has another key, is told apart") {
  World world;
  REQUIRE(world.joins("lee/phone", 1));
  const auto renewed = world.goes_on("lee/phone", full("lee/phone"));
  REQUIRE(renewed.has_value());
  CHECK(renewed->event == "device-renewed");
  CHECK(renewed->inviter.empty());
  World other;
  REQUIRE(other.joins("lee/phone", 1));
  const auto changed = other.goes_on("lee/phone", full("lee/phone") + "#2");
  REQUIRE(changed.has_value());
  CHECK(changed->event == "device-key-changed");
}

TEST_CASE("a certificate in this device's name for a key that is not its own is told of") {
  World world;
  const auto stranger = world.goes_on("lee/laptop", full("lee/laptop") + "#2");
  REQUIRE(stranger.has_value());
  CHECK(stranger->device == full("lee/laptop"));
  CHECK(stranger->event == "device-key-changed");
  World knowing;
  knowing.own.push_back(verifier(full("lee/laptop") + "#2"));  // a change that it has begun
  CHECK_FALSE(knowing.goes_on("lee/laptop", full("lee/laptop") + "#2"));
}

TEST_CASE("notices wait in the order of their entries until they were shown, and are kept once") {
  TemporaryVault world;
  const std::array both{numbered(4), numbered(7)};
  REQUIRE(flow::keep_notices(*world.vault, both));
  REQUIRE(flow::keep_notices(*world.vault, std::span(both).first(1)));
  auto waiting = flow::waiting_notices(*world.vault).value();
  REQUIRE(waiting.size() == 2);
  CHECK(waiting[0].entry == 4);
  CHECK(waiting[1].entry == 7);
  CHECK(waiting[1].device == full("lee/phone"));
  CHECK(waiting[1].inviter == full("olivia/desk"));
  CHECK(waiting[1].at == kNoon);
  REQUIRE(flow::notices_shown(*world.vault, std::span(both).first(1)));
  REQUIRE(flow::notices_shown(*world.vault, std::span(both).first(1)));
  waiting = flow::waiting_notices(*world.vault).value();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].entry == 7);
}
