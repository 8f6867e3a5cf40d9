// What the vault keeps for going on: drafts, and file keys for new headers.
#include <doctest/doctest.h>

#include "flow/drafts.hpp"
#include "flow/file_keys.hpp"
#include "flow/link_records.hpp"
#include "flow/upload_journal.hpp"
#include "temporary_vault.hpp"

using namespace sealpost;
using receipt::State;

namespace {

const std::string kId = "0193e4a0-0000-7000-8000-000000000001";
const std::string kLee = "mercy.example/dr.lee/laptop";
const std::string kKim = "mercy.example/nurse.kim/phone";

using World = testing::TemporaryVault;

flow::FileKeyRecord key_for(const World& world, const std::vector<std::string>& devices) {
  flow::FileKeyRecord record{crypto::SecretBytes(base::as_bytes("0123456789abcdef")),
                             world.clock.now() + std::chrono::hours(24),
                             {}};
  for (const std::string& device : devices) record.devices.push_back({device, "first", 0, false});
  return record;
}

receipt::Receipt said(const std::string& by, State state, const std::string& device) {
  receipt::Receipt receipt;
  receipt.device = device;
  receipt.message = kId;
  receipt.by = by;
  receipt.state = state;
  return receipt;
}

bool erased_by(World& world, const std::string& by, State state, const std::string& device = {}) {
  const auto erased = flow::note_answer(*world.vault, said(by, state, device));
  REQUIRE(erased.has_value());
  return *erased;
}

std::size_t waiting(const World& world) { return flow::wanted_headers(*world.vault)->size(); }

}  // namespace

TEST_CASE("a file key goes with the last device that has opened its message") {
  World world;
  REQUIRE(flow::keep_file_key(*world.vault, kId, key_for(world, {kLee, kKim})));
  CHECK_FALSE(erased_by(world, kLee, State::kDelivered));
  CHECK_FALSE(erased_by(world, kLee, State::kRead));
  CHECK(flow::find_file_key(*world.vault, kId)->has_value());
  CHECK(erased_by(world, kKim, State::kRead));
  CHECK_FALSE(flow::find_file_key(*world.vault, kId)->has_value());
  CHECK_FALSE(erased_by(world, kKim, State::kUndecryptable));
  CHECK(waiting(world) == 0);
}

TEST_CASE("a device that could not open waits once, however often it says so") {
  World world;
  REQUIRE(flow::keep_file_key(*world.vault, kId, key_for(world, {kLee, kKim})));
  CHECK_FALSE(erased_by(world, kKim, State::kUndecryptable));
  CHECK_FALSE(erased_by(world, kKim, State::kUndecryptable));
  CHECK(waiting(world) == 1);
  const auto record = flow::find_file_key(*world.vault, kId);
  REQUIRE(record->has_value());
  CHECK_FALSE((*record)->devices[0].wants);
  CHECK((*record)->devices[1].wants);
  CHECK((*record)->key.expose_text() == "0123456789abcdef");
}

TEST_CASE("strangers, and devices that are done, wait for nothing") {
  World world;
  REQUIRE(flow::keep_file_key(*world.vault, kId, key_for(world, {kLee, kKim})));
  CHECK_FALSE(erased_by(world, "mercy.example/mallory/desk", State::kUndecryptable));
  CHECK_FALSE(erased_by(world, kKim, State::kDelivered));
  CHECK_FALSE(erased_by(world, kKim, State::kUndecryptable));
  CHECK(waiting(world) == 0);
}

TEST_CASE("an expired message needs no key, whether the relay says so or the clock") {
  World world;
  REQUIRE(flow::keep_file_key(*world.vault, kId, key_for(world, {kLee})));
  CHECK(erased_by(world, "mercy.example/relay", State::kExpired));
  REQUIRE(flow::keep_file_key(*world.vault, kId, key_for(world, {kLee})));
  REQUIRE(flow::erase_old_keys(*world.vault, world.clock.now()));
  CHECK(flow::find_file_key(*world.vault, kId)->has_value());
  world.clock.advance(std::chrono::hours(25));
  REQUIRE(flow::erase_old_keys(*world.vault, world.clock.now()));
  CHECK_FALSE(flow::find_file_key(*world.vault, kId)->has_value());
}

TEST_CASE("the address of a link stays a month behind its end, so that replies open") {
  World world;
  flow::LinkRecord link;
  link.address = crypto::SecretBytes(base::as_bytes("https://m.example/l#secret"));
  link.contact = "c-00112233445566778899aabbccddeeff";
  link.expires = world.clock.now();
  REQUIRE(flow::keep_link(*world.vault, kId, link));
  world.clock.advance(std::chrono::hours(24 * 30));
  REQUIRE(flow::erase_old_keys(*world.vault, world.clock.now()));
  CHECK(flow::find_link(*world.vault, kId)->has_value());
  world.clock.advance(std::chrono::hours(25));
  REQUIRE(flow::erase_old_keys(*world.vault, world.clock.now()));
  CHECK_FALSE(flow::find_link(*world.vault, kId)->has_value());
}

TEST_CASE("a device with which the message went needs no new header, and the others still may") {
  World world;
  REQUIRE(flow::keep_file_key(*world.vault, kId, key_for(world, {kLee, kKim})));
  CHECK_FALSE(erased_by(world, "mercy.example/relay", State::kDropped, kLee));
  const auto record = flow::find_file_key(*world.vault, kId);
  REQUIRE(record->has_value());
  REQUIRE((*record)->devices.size() == 1);
  CHECK((*record)->devices[0].device == kKim);
  CHECK(erased_by(world, "mercy.example/relay", State::kDropped, kKim));
}

TEST_CASE("a draft comes back as it was, with any bytes in paths and keys") {
  World world;
  flow::SendRequest request;
  request.to = {"dr.lee", "nurse.kim"};
  request.subject = "Scan";
  request.purpose = "general";
  request.expires = world.clock.now();
  request.body = crypto::SecretBytes(base::as_bytes("text"));
  request.files = {{"/tmp/\xff\xfe", "scan.dcm"}, {"-", "dump.sql"}};
  request.key = "k\xff";
  request.bandwidth = 1000;
  request.partial = true;
  const auto draft = flow::draft_of(kId, request, world.clock.now());
  REQUIRE(draft.has_value());
  CHECK_FALSE(draft->repeatable);
  REQUIRE(flow::keep_draft(*world.vault, *draft));
  const auto found = flow::find_draft(*world.vault, kId);
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  CHECK(flow::check_same_request(*draft, **found));
  CHECK((*found)->request.key == request.key);
  CHECK((*found)->request.expires == request.expires);
  CHECK((*found)->request.bandwidth == 1000);
  CHECK((*found)->request.partial);
  CHECK((*found)->request.files[0].path == "/tmp/\xff\xfe");
  CHECK((*found)->began == world.clock.now());
}

TEST_CASE("what is known of a draft's uploads goes with it, and another's stays") {
  World world;
  vault::Vault& vault = *world.vault;
  flow::SendRequest request;
  request.files = {{"/a", "a"}, {"/b", "b"}};
  const std::string other = "0193e4a0-0000-7000-8000-000000000002";
  for (const std::string& id : {kId, other}) {
    REQUIRE(flow::keep_draft(vault, flow::draft_of(id, request, world.clock.now()).value()));
    for (std::size_t file = 0; file < 2; ++file) {
      auto journal =
          flow::UploadJournal::open(vault, flow::journal_of(id, file), 1000, world.random);
      REQUIRE(journal.has_value());
      CHECK(journal->note(0, crypto::sha256(base::as_bytes("block"))).value());
      CHECK(flow::uploaded_bytes(vault, flow::journal_of(id, file)).value() == 1000);
    }
  }
  REQUIRE(flow::erase_draft(vault, kId));
  CHECK(flow::uploaded_bytes(vault, flow::journal_of(kId, 0)).value() == 0);
  CHECK(flow::uploaded_bytes(vault, flow::journal_of(kId, 1)).value() == 0);
  CHECK(flow::uploaded_bytes(vault, flow::journal_of(other, 1)).value() == 1000);
  CHECK(vault.count(vault::Kind::kUpload).value() == 4);  // two journals, two rows of digests
  CHECK(flow::erase_draft(vault, kId));                   // nothing more to do
}

TEST_CASE("another recipient, subject, purpose, text or file is another message") {
  World world;
  const auto draft_with = [&](const auto& change) {
    flow::SendRequest request;
    request.to = {"dr.lee", "nurse.kim"};
    request.purpose = "general";
    request.body = crypto::SecretBytes(base::as_bytes("text"));
    request.files = {{"/scan.dcm", "scan.dcm"}};
    change(request);
    return flow::draft_of(kId, request, world.clock.now()).value();
  };
  const flow::Draft first = draft_with([](auto&) {});
  const auto conflicts = [&](const auto& change) {
    const auto same = flow::check_same_request(first, draft_with(change));
    return !same && same.error().code == base::Code::kConflict;
  };
  CHECK_FALSE(conflicts([](auto& request) { request.to = {"nurse.kim", "dr.lee", "dr.lee"}; }));
  CHECK(conflicts([](auto& request) { request.to = {"dr.lee"}; }));
  CHECK(conflicts([](auto& request) { request.subject = ""; }));
  CHECK(conflicts([](auto& request) { request.purpose = "test"; }));
  CHECK(
      conflicts([](auto& request) { request.body = crypto::SecretBytes(base::as_bytes("texT")); }));
  CHECK(conflicts([](auto& request) { request.files[0].name = "scan.png"; }));
  CHECK(conflicts([](auto& request) { request.files[0].path = "/other/scan.dcm"; }));
  CHECK(conflicts([](auto& request) { request.files.clear(); }));
}
