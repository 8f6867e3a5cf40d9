// A device that is ordered wiped: what it believes, and what it leaves.
#include "flow/wiping.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "../trust/world.hpp"
#include "base/file.hpp"
#include "flow/wipe_file.hpp"
#include "temporary_vault.hpp"
#include "trust/excerpt.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using trust::Role;

namespace fs = std::filesystem;

namespace {

const std::string kLee = full("lee/laptop");
const std::string kId = "0193aaaa-0000-7000-8000-000000000001";
const std::string kNowhere = "http://127.0.0.1:1";

struct Never final : base::Interrupt {
  bool requested() const override { return false; }
};

trust::Chain staffed() {
  trust::Chain chain = founded();
  add_device(chain, "olivia/desk", Role::kOwner);
  add_device(chain, "ada/desk", Role::kAdmin);
  add_device(chain, "lee/laptop", Role::kMember);
  add_device(chain, "kim/ward", Role::kMember);
  return chain;
}

// lee's laptop: a vault in a folder of its own, with everything that lies beside it.
struct World : TemporaryVault {
  World() : chain(staffed()) {
    const flow::Profile profile{verifier(std::string(kOrganisation)).vkey(), "lee", "laptop",
                                kNowhere, ""};
    REQUIRE(flow::Installation::initialise(*vault, profile, key(kLee).key(), nullptr, chain,
                                           [] { return base::Result<void>(); }));
    keep();
  }
  flow::Context context() { return {clock, random, never}; }
  void keep() {
    auto installation = flow::Installation::load(*vault);
    REQUIRE(installation.has_value());
    flow::Context with = context();
    REQUIRE(flow::keep_wipe_file(*installation, with));
  }
  trust::WipeFile self() const { return **flow::read_wipe_file(path()); }
  // The order is written down, as ask_for_order() does.
  void ordered(const std::string& order) {
    REQUIRE(base::replace_file(flow::WipePaths(path()).order(), base::as_bytes(order), 0600));
    vault.reset();
  }
  base::Result<flow::Obeyed> obey() {
    flow::Context with = context();
    return flow::obey_order(
        path(), [this] { ++locked; }, with);
  }

  Never never;
  trust::Chain chain;
  int locked = 0;
};

trust::Wipe order(std::string_view device = "lee/laptop") {
  trust::Wipe wipe;
  wipe.id = kId;
  wipe.device = trust::parse_device_name(full(device)).value();
  wipe.key = trust::fingerprint(verifier(full(device)).key());
  wipe.reason = "left in a taxi";
  wipe.at = kNoon;
  return wipe;
}

wire::StandingOrder shown(const trust::Chain& chain, const std::string& note,
                          const std::set<std::string>& devices) {
  wire::StandingOrder out{note, {}};
  for (const std::uint64_t number : trust::excerpt_for(chain, devices)) {
    out.entries.push_back(chain.entries()[static_cast<std::size_t>(number)]);
  }
  return out;
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

std::string by_olivia(std::string_view device = "lee/laptop") {
  return signed_by(order(device), {full("olivia/desk")});
}

}  // namespace

TEST_CASE("what lies in the open is for its owner alone, and follows the relay's address") {
  World world;
  const flow::WipePaths paths(world.path());
  for (const fs::path& file : {paths.device(), paths.key(), paths.voucher()}) {
    struct stat found {};
    REQUIRE(::stat(file.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
  }
  CHECK(fs::file_size(paths.key()) == 32);
  CHECK(world.self().device.str() == kLee);
  CHECK(world.self().key == order().key);
  const auto before = base::read_file(paths.voucher(), 9999).value();
  world.keep();
  CHECK(base::read_file(paths.voucher(), 9999).value() == before);

  auto installation = flow::Installation::load(*world.vault);
  REQUIRE(installation->set_relay("http://127.0.0.1:2", ""));
  world.keep();
  CHECK(world.self().url == "http://127.0.0.1:2");
  fs::remove(paths.key());
  world.keep();
  CHECK(fs::file_size(paths.key()) == 32);
}

TEST_CASE("an order is believed that leads from the root to who may give it, and no other") {
  World world;
  const std::string olivia = full("olivia/desk");
  const auto good = shown(world.chain, by_olivia(), {olivia, kLee});
  REQUIRE(flow::verify_order(world.self(), good).has_value());

  const auto refused = [&](const wire::StandingOrder& order) {
    const auto judged = flow::verify_order(world.self(), order);
    return !judged && judged.error().code == Code::kVerificationFailed;
  };
  CHECK(refused(shown(world.chain, by_olivia(), {})));
  CHECK(refused(shown(world.chain, by_olivia(), {olivia})));
  CHECK(refused({by_olivia(), {}}));
  CHECK(refused({"garbage", good.entries}));
  CHECK(refused(shown(world.chain, by_olivia("kim/ward"), {olivia, full("kim/ward"), kLee})));
  CHECK(refused(
      shown(world.chain, signed_by(order(), {full("kim/ward")}), {full("kim/ward"), kLee})));
  CHECK(refused(shown(world.chain, signed_by(order(), {olivia + "#2"}), {olivia, kLee})));
  // Of an earlier key of this device, which it had before it joined anew.
  trust::WipeFile newer = world.self();
  newer.key = trust::fingerprint(verifier(kLee + "#2").key());
  CHECK_FALSE(flow::verify_order(newer, good).has_value());
  // Of another organisation, however alike.
  trust::WipeFile elsewhere = world.self();
  elsewhere.root = verifier(std::string(kOrganisation) + "#2");
  CHECK_FALSE(flow::verify_order(elsewhere, good).has_value());
}

TEST_CASE("an order of somebody who is revoked is believed only while that is hidden") {
  World world;
  const std::string ada = full("ada/desk");
  const std::string by_ada = signed_by(order(), {ada});
  const auto before = shown(world.chain, by_ada, {ada, kLee});
  must(world.chain, signed_by(revocation(ada), {full("olivia/desk")}));
  CHECK_FALSE(flow::verify_order(world.self(), shown(world.chain, by_ada, {ada, kLee})));
  CHECK(flow::verify_order(world.self(), before).has_value());
}

TEST_CASE("whoever obeys leaves nothing but the order and the answer") {
  World world;
  write(world.folder / "agent" / "log", "plain");
  write(world.folder / "vault.db.12ab34cd.partial", "plain");
  fs::create_symlink("/etc/hostname", world.folder / "link");
  const std::string voucher(
      base::as_text(base::read_file(flow::WipePaths(world.path()).voucher(), 9999).value()));
  world.ordered(by_olivia());
  const auto obeyed = world.obey();
  REQUIRE(obeyed.has_value());
  CHECK(world.locked == 1);
  CHECK(obeyed->by == full("olivia/desk"));
  CHECK(obeyed->at == kNoon);
  CHECK_FALSE(obeyed->told);

  std::set<std::string> left;
  for (const auto& entry : fs::recursive_directory_iterator(world.folder)) {
    left.insert(fs::relative(entry.path(), world.folder).string());
  }
  CHECK(left ==
        std::set<std::string>{"wipe", "wipe/answer", "wipe/device", "wipe/order", "wipe/voucher"});
  CHECK(fs::exists("/etc/hostname"));
  const auto answer = base::read_file(flow::WipePaths(world.path()).answer(), 9999).value();
  const auto wiped = trust::verify_wiped(world.chain, base::as_text(answer), voucher);
  REQUIRE(wiped.has_value());
  CHECK(wiped->order == kId);

  // Again, later: the same answer, and nothing is locked that somebody may use by now.
  world.clock.advance(std::chrono::hours(1));
  CHECK(world.obey()->at == kNoon);
  CHECK(world.locked == 1);
  // A vault that somebody put back goes as well.
  write(world.path(), "vault");
  CHECK(world.obey().has_value());
  CHECK_FALSE(fs::exists(world.path()));
  const base::Error error = flow::wiped_error(*obeyed);
  CHECK(error.code == Code::kRevoked);
  CHECK(error.text ==
        "this device was wiped on order of mercy.example/olivia/desk (left in a taxi) at "
        "2026-11-21T12:00:00Z");
}

TEST_CASE("what was cut off anywhere is completed") {
  const auto none = [](World&) {};
  const auto vault_gone = [](World& world) { REQUIRE(vault::Vault::destroy(world.path())); };
  const auto head_gone = [](World& world) {
    std::fstream file(world.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.write(std::string(8192, '\0').data(), 8192);
  };
  const auto answered = [](World& world) {
    REQUIRE(world.obey());
    write(flow::WipePaths(world.path()).key(), std::string(32, 'k'));
  };
  const std::vector<std::function<void(World&)>> points{none, head_gone, vault_gone, answered};
  for (const auto& cut_off : points) {
    World world;
    world.ordered(by_olivia());
    cut_off(world);
    REQUIRE(flow::is_ordered(world.path()));
    CHECK(world.obey().has_value());
    CHECK_FALSE(fs::exists(world.path()));
    CHECK(fs::exists(flow::WipePaths(world.path()).answer()));
    CHECK_FALSE(fs::exists(flow::WipePaths(world.path()).key()));
  }
}

TEST_CASE("a relay that is not there, and a device without the file, mean no order") {
  World world;
  flow::Context context = world.context();
  CHECK_FALSE(*flow::ask_for_order(world.path(), context));
  fs::remove_all(flow::WipePaths(world.path()).folder);
  CHECK_FALSE(*flow::ask_for_order(world.path(), context));
  write(flow::WipePaths(world.path()).device(), "garbage");
  CHECK(flow::ask_for_order(world.path(), context).error().code == Code::kMalformed);
}
