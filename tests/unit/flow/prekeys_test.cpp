// Secrets of prekeys in the vault, and what is left of them when they are destroyed.
#include <doctest/doctest.h>

#include <filesystem>

#include "flow/erasure.hpp"
#include "flow/prekeys.hpp"
#include "temporary_vault.hpp"
#include "text/json.hpp"

using namespace sealpost;
using flow::PrekeyUse;
using vault::Kind;

namespace {

struct World : testing::TemporaryVault {
  std::string add(PrekeyUse use) {
    const auto made = flow::make_prekey(signer, device, use, clock.now(), random);
    REQUIRE(made.has_value());
    REQUIRE(flow::store_prekey(*vault, *made).has_value());
    return made->secret.id;
  }
  bool has(const std::string& id) const { return flow::find_prekey(*vault, id).has_value(); }
  bool marked() const { return vault->find(Kind::kState, "erasure")->has_value(); }
  std::uintmax_t log_size() const { return std::filesystem::file_size(folder / "vault.db-wal"); }
  base::Result<void> destroy(const std::string& id) {
    return vault->transaction([&] { return flow::destroy_once(*vault, id); });
  }

  trust::DeviceName device{"mercy.example", "dr.lee", "laptop"};
  note::Signer signer =
      *note::Signer::make("mercy.example/dr.lee/laptop", crypto::SigningKey::generate(random));
};

}  // namespace

TEST_CASE("a one-time secret is destroyed once it was used, a last resort is not") {
  World world;
  const std::string once = world.add(PrekeyUse::kOnce);
  const std::string last = world.add(PrekeyUse::kLastResort);
  CHECK(flow::find_prekey(*world.vault, once)->use == PrekeyUse::kOnce);
  CHECK(flow::find_prekey(*world.vault, last)->use == PrekeyUse::kLastResort);
  REQUIRE(world.destroy(last).has_value());
  CHECK(world.has(last));
  CHECK_FALSE(world.marked());
  REQUIRE(world.destroy(once).has_value());
  CHECK_FALSE(world.has(once));
  CHECK(world.marked());
  REQUIRE(world.destroy(once).has_value());  // a message that came twice
  REQUIRE(world.destroy("00ff00ff00ff00ff").has_value());
}

TEST_CASE("the log that held it is truncated, at the latest by whoever comes next") {
  World world;
  const std::string once = world.add(PrekeyUse::kOnce);
  REQUIRE(world.destroy(once).has_value());
  CHECK(world.log_size() > 0);
  {
    auto reopened =
        vault::Vault::open(world.folder / "vault.db", base::as_bytes("passphrase"), world.random);
    REQUIRE(reopened.has_value());
    REQUIRE(flow::finish_erasure(*reopened).has_value());
  }
  CHECK_FALSE(world.marked());
  const std::uintmax_t after = world.log_size();
  REQUIRE(flow::finish_erasure(*world.vault).has_value());
  CHECK(world.log_size() == after);  // without a mark there is nothing to do
}

TEST_CASE("what fails to be stored destroys nothing") {
  World world;
  const std::string once = world.add(PrekeyUse::kOnce);
  const auto failed = world.vault->transaction([&]() -> base::Result<void> {
    TRY(flow::destroy_once(*world.vault, once));
    return base::Error{base::Code::kNoSpace, "full", ""};
  });
  CHECK_FALSE(failed.has_value());
  CHECK(world.has(once));
  CHECK_FALSE(world.marked());
}

TEST_CASE("a record of before there were one-time prekeys is a last resort") {
  World world;
  const auto made = flow::make_prekey(world.signer, world.device, PrekeyUse::kOnce,
                                      world.clock.now(), world.random);
  auto json = text::parse_cbor(flow::encode(made->secret).expose());
  REQUIRE(json.has_value());
  json->erase("once");
  (*json)["unpublished"] = "a note";
  const auto old = flow::decode_prekey_secret(text::to_cbor(*json));
  REQUIRE(old.has_value());
  CHECK_FALSE(old->once);
}
