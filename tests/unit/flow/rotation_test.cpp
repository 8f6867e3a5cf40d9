// This device's certificate and key as time goes by: when it renews itself, and what becomes of a
// change of keys that was cut off.
#include "flow/rotation.hpp"

#include <mutex>

#include "../trust/world.hpp"
#include "flow/enrol.hpp"
#include "temporary_vault.hpp"
#include "unit/client/server.hpp"
#include "unit/client/world.hpp"
#include "wire/signature.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using trust::Role;
using vault::Kind;

namespace {

const std::string kLee = full("lee/laptop");

trust::Chain staffed() {
  trust::Chain chain = founded();
  add_device(chain, "olivia/desk", Role::kOwner);
  add_device(chain, "lee/laptop", Role::kMember);
  return chain;
}

// A relay that has a trust chain and nothing else.
class TrustRelay {
 public:
  Answer operator()(const Asked& asked) {
    const std::lock_guard lock(mutex_);
    if (!is_known(asked)) return {401, "", {}};
    return asked.method == "POST" ? append(asked) : since(asked);
  }

  trust::Chain chain = staffed();
  std::string url;
  std::optional<note::Verifier> known;  // whose requests are taken; all when empty
  std::optional<std::string> rival;     // an entry that somebody else brings first, once
  int appended = 0;                     // tries to
  int asked_since = 0;

 private:
  bool is_known(const Asked& asked) const {
    if (!known) return true;
    const auto header = [&](const char* name) {
      const auto at = asked.headers.find(name);
      return at == asked.headers.end() ? std::string() : at->second;
    };
    const auto signature = wire::parse_request_signature(
        asked.method, url + asked.path + "?" + asked.query,
        {header("content-digest"), header("signature-input"), header("signature")});
    return signature &&
           crypto::verify(known->key(), base::as_bytes(signature->base), signature->signature);
  }
  Answer append(const Asked& asked) {
    ++appended;
    if (rival) {
      CHECK(chain.append(*rival));
      rival.reset();
    }
    const auto brought = wire::parse_trust_entries(base::as_bytes(asked.body)).value();
    if (brought.size != chain.size() + 1) return {409, "", {}};
    return {chain.append(brought.entries.front()) ? 200 : 403, "", {}};
  }
  Answer since(const Asked& asked) {
    ++asked_since;
    const auto from = std::stoul(asked.query.substr(asked.query.find('=') + 1));
    const auto& all = chain.entries();
    wire::TrustEntries out{all.size(),
                           {all.begin() + static_cast<std::ptrdiff_t>(from), all.end()}};
    return {200, std::string(base::as_text(wire::to_cbor(out))), {}};
  }

  std::mutex mutex_;
};

// lee's laptop and its relay.
struct Laptop : TemporaryVault {
  Laptop() : server(std::ref(relay)) {
    relay.url = server.url();
    const flow::Profile profile{verifier(std::string(kOrganisation)).vkey(), "lee", "laptop",
                                relay.url, ""};
    REQUIRE(flow::Installation::initialise(*vault, profile, key(kLee).key(), nullptr, staffed(),
                                           [] { return base::Result<void>(); }));
    auto loaded = flow::Installation::load(*vault);
    REQUIRE(loaded.has_value());
    installation.emplace(*std::move(loaded));
  }
  base::Result<void> renew() {
    auto client = client::RelayClient::make({relay.url, ""}, &installation->signer(),
                                            {clock, random, interrupt});
    return flow::renew_certificate(*installation, *client, context);
  }
  const trust::Certificate& own() const { return installation->chain().device(kLee)->certificate; }
  std::string renewal(const note::Signer& next) const {
    trust::Certificate after = successor(relay.chain, "lee/laptop");
    after.key = next.verifier();
    after.at = kNoon;
    after.expires = kNoon + 365 * kDay;
    const std::string text = trust::format(after).value();
    if (next.verifier() == verifier(kLee)) return note::sign(text, next);
    const note::Signer* const both[] = {&key(kLee), &next};
    return note::sign(text, both);
  }
  bool has_pending() const { return installation->pending_signer()->has_value(); }

  FakeInterrupt interrupt;
  flow::Context context{clock, random, interrupt};
  TrustRelay relay;
  Server server;
  std::optional<flow::Installation> installation;
};

}  // namespace

TEST_CASE("a certificate is renewed in the last third of its life, and not before") {
  Laptop world;
  world.clock.advance(243 * kDay);
  REQUIRE(world.renew());
  CHECK(world.relay.appended == 0);
  CHECK(world.own().number == 0);
  world.clock.advance(kDay);
  REQUIRE(world.renew());
  CHECK(world.relay.appended == 1);
  CHECK(world.own().number == 1);
  CHECK(world.own().key == verifier(kLee));
  CHECK(world.own().role == Role::kMember);
  CHECK(world.own().at == world.clock.now());
  CHECK(world.own().expires == world.clock.now() + flow::kCertificateLife);
  CHECK(world.relay.chain.head() == world.installation->chain().head());
  REQUIRE(world.renew());
  CHECK(world.relay.appended == 1);
}

TEST_CASE("a renewal that another entry overtook is brought again, with the role of then") {
  Laptop world;
  world.clock.advance(300 * kDay);
  world.relay.rival = signed_by(trust::RoleChange{"lee", Role::kAdmin, {}, "", kNoon + kDay},
                                {std::string(kOrganisation)});
  REQUIRE(world.renew());
  CHECK(world.relay.appended == 2);
  CHECK(world.own().number == 1);
  CHECK(world.own().role == Role::kAdmin);
}

TEST_CASE("what another process has renewed meanwhile is renewed, once") {
  Laptop world;
  world.clock.advance(300 * kDay);
  trust::Certificate after = successor(world.relay.chain, "lee/laptop");
  after.key = verifier(kLee);
  after.at = world.clock.now();
  after.expires = after.at + 365 * kDay;
  world.relay.rival = signed_by(after, {kLee});
  REQUIRE(world.renew());
  CHECK(world.relay.appended == 1);
  CHECK(world.own().number == 1);
}

TEST_CASE("a change of keys that the relay does not know of leaves the old key in force") {
  Laptop world;
  REQUIRE(flow::settle_key(*world.installation, world.context));
  CHECK(world.relay.asked_since == 0);  // nothing is unsettled
  REQUIRE(world.installation->make_pending_signer(world.random));
  world.relay.known = verifier(kLee);
  REQUIRE(flow::settle_key(*world.installation, world.context));
  CHECK(world.has_pending());
  CHECK(world.installation->signer().verifier() == verifier(kLee));
}

TEST_CASE("a change of keys that the relay has committed is completed") {
  Laptop world;
  const note::Signer next = world.installation->make_pending_signer(world.random).value();
  must(world.relay.chain, world.renewal(next));
  world.relay.known = next.verifier();
  REQUIRE(flow::settle_key(*world.installation, world.context));
  CHECK_FALSE(world.has_pending());
  CHECK(world.installation->signer().verifier() == next.verifier());
  CHECK(world.own().number == 1);
  auto again = flow::Installation::load(*world.vault);
  REQUIRE(again.has_value());
  CHECK(again->signer().verifier() == next.verifier());
}

TEST_CASE("a process takes up the key that another one of this profile has changed") {
  Laptop world;
  auto other = flow::Installation::load(*world.vault);
  REQUIRE(other.has_value());
  CHECK_FALSE(flow::find_new_key(*other, world.context));
  const note::Signer next = world.installation->make_pending_signer(world.random).value();
  must(world.relay.chain, world.renewal(next));
  world.relay.known = next.verifier();
  REQUIRE(flow::settle_key(*world.installation, world.context));
  CHECK(other->signer().verifier() == verifier(kLee));
  CHECK(flow::find_new_key(*other, world.context));
  CHECK(other->signer().verifier() == next.verifier());
  CHECK_FALSE(flow::find_new_key(*other, world.context));
}

TEST_CASE("as long as the relay cannot be asked, nothing is settled and nothing is lost") {
  Laptop world;
  REQUIRE(world.installation->make_pending_signer(world.random));
  world.relay.known = verifier(full("olivia/desk"));  // neither key is known
  CHECK_FALSE(flow::settle_key(*world.installation, world.context));
  CHECK(world.has_pending());
  CHECK(world.installation->signer().verifier() == verifier(kLee));
}
