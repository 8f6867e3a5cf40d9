// Blobs: parts, completion, ranges, who may have them, room.
#include <doctest/doctest.h>

#include "house.hpp"
#include "relay/handlers/blob_rules.hpp"
#include "relay/store/sqlite_store.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

const std::string kId = "00112233445566778899aabbccddeeff";
constexpr std::uint64_t kSize = wire::kPartSize + 1000;

base::Bytes pattern(std::size_t size, std::uint8_t first) {
  base::Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(first + i * 7);
  return out;
}

HttpAnswer reserve(House& house, const std::string& who, std::uint64_t size = kSize) {
  return house.ask(who, "POST", "/v1/blobs", wire::to_cbor(wire::BlobReservation{kId, size}));
}

HttpAnswer put(House& house, const std::string& who, int part, const base::Bytes& bytes,
               bool digest = false) {
  const std::string target = "/v1/blobs/" + kId + "/parts/" + std::to_string(part);
  return HttpConnection(house.port())
      .ask("PUT", target, house.sign(who, "PUT", target, bytes, digest), bytes);
}

HttpAnswer complete(House& house, const std::string& who, std::size_t leaves = 9) {
  wire::BlobCompletion completion;
  completion.leaves.assign(leaves, crypto::sha256(base::as_bytes("leaf")));
  return house.ask(who, "POST", "/v1/blobs/" + kId + "/complete", wire::to_cbor(completion));
}

HttpAnswer get(House& house, const std::string& who, const std::string& range) {
  const std::string target = "/v1/blobs/" + kId;
  Headers headers = house.sign(who, "GET", target, {});
  if (!range.empty()) headers.emplace_back("Range", range);
  return HttpConnection(house.port()).ask("GET", target, headers, {});
}

void upload(House& house) {
  REQUIRE(reserve(house, kLee).status == 200);
  REQUIRE(put(house, kLee, 1, pattern(1000, 9)).status == 200);
  REQUIRE(put(house, kLee, 0, pattern(wire::kPartSize, 1)).status == 200);
  REQUIRE(complete(house, kLee).status == 200);
}

}  // namespace

TEST_CASE("parts come in any order, each repeatable, and the state tells which are there") {
  House house;
  REQUIRE(reserve(house, kLee).status == 200);
  CHECK(put(house, kLee, 1, pattern(1000, 9)).status == 200);
  CHECK(put(house, kLee, 1, pattern(1000, 9), true).status == 200);
  auto state = wire::parse_blob_state(reserve(house, kLee).body);
  REQUIRE(state.has_value());
  CHECK(state->parts == std::vector<std::uint64_t>{1});
  CHECK_FALSE(state->complete);
  CHECK(complete(house, kLee).status == 409);
  CHECK(put(house, kLee, 0, pattern(wire::kPartSize, 1)).status == 200);
  CHECK(complete(house, kLee, 8).status == 400);
  CHECK(complete(house, kLee).status == 200);
  CHECK(complete(house, kLee).status == 200);
  state = wire::parse_blob_state(reserve(house, kLee).body);
  CHECK(state->complete);
  CHECK(put(house, kLee, 1, pattern(1000, 9)).status == 409);
}

TEST_CASE("parts that do not fit, or belong to another, are refused") {
  House house;
  CHECK(put(house, kLee, 0, pattern(10, 1)).status == 404);
  REQUIRE(reserve(house, kLee).status == 200);
  CHECK(reserve(house, kKim).status == 409);
  CHECK(reserve(house, kLee, kSize + 1).status == 409);
  CHECK(put(house, kKim, 1, pattern(1000, 9)).status == 404);
  CHECK(put(house, kLee, 2, pattern(10, 1)).status == 400);
  CHECK(put(house, kLee, 1, pattern(999, 9)).status == 400);
  CHECK(put(house, kLee, 1, pattern(1001, 9)).status == 400);
  const auto bytes = pattern(1000, 9);
  const std::string target = "/v1/blobs/" + kId + "/parts/1";
  const Headers headers = house.sign(kLee, "PUT", target, pattern(1000, 8), true);
  CHECK(HttpConnection(house.port()).ask("PUT", target, headers, bytes).status == 401);
  const auto state = wire::parse_blob_state(reserve(house, kLee).body);
  CHECK(state->parts.empty());
  CHECK(house
            .ask(kLee, "POST", "/v1/blobs",
                 wire::to_cbor(wire::BlobReservation{"../../etc/passwd", 5}))
            .status == 400);
}

TEST_CASE("a blob whose noted parts are lost is begun again, not stuck for ever") {
  House house;
  REQUIRE(reserve(house, kLee).status == 200);
  REQUIRE(put(house, kLee, 1, pattern(1000, 9)).status == 200);
  REQUIRE(put(house, kLee, 0, pattern(wire::kPartSize, 1)).status == 200);
  std::filesystem::resize_file(house.dir() / "blobs" / "00" / kId, 5000);
  CHECK(complete(house, kLee).status == 409);
  const auto state = wire::parse_blob_state(reserve(house, kLee).body);
  REQUIRE(state.has_value());
  CHECK(state->parts.empty());
  REQUIRE(put(house, kLee, 0, pattern(wire::kPartSize, 1)).status == 200);
  REQUIRE(put(house, kLee, 1, pattern(1000, 9)).status == 200);
  CHECK(complete(house, kLee).status == 200);
}

TEST_CASE("ranges give exactly their bytes") {
  House house;
  upload(house);
  base::Bytes whole = pattern(wire::kPartSize, 1);
  base::append(whole, pattern(1000, 9));
  const HttpAnswer all = get(house, kLee, "");
  CHECK(all.status == 200);
  CHECK(all.body == whole);
  const HttpAnswer middle = get(house, kLee, "bytes=8388600-8388700");
  CHECK(middle.status == 206);
  CHECK(middle.headers.at("content-range") == "bytes 8388600-8388700/8389608");
  CHECK(middle.body == base::Bytes(whole.begin() + 8388600, whole.begin() + 8388701));
  CHECK(get(house, kLee, "bytes=0-").status == 206);
  CHECK(get(house, kLee, "bytes=-5").body == base::Bytes(whole.end() - 5, whole.end()));
  CHECK(get(house, kLee, "bytes=8389608-").status == 400);
  CHECK(get(house, kLee, "bytes=5-4").status == 400);
}

TEST_CASE("only the uploader and recipients of a message that names it get a blob") {
  House house;
  upload(house);
  CHECK(get(house, kKim, "bytes=0-9").status == 404);
  wire::Submission sent = house.message(1);
  sent.blobs = {kId};
  CHECK_FALSE(house.submit(kOlivia, sent).accepted);  // not its uploader
  REQUIRE(house.submit(kLee, sent).accepted);
  CHECK(get(house, kKim, "bytes=0-9").status == 206);
  CHECK(get(house, kOlivia, "bytes=0-9").status == 404);
  const HttpAnswer leaves = house.ask(kKim, "GET", "/v1/blobs/" + kId + "/leaves");
  REQUIRE(leaves.status == 200);
  CHECK(wire::parse_blob_completion(leaves.body).value().leaves.size() == 9);
  house.clock.advance(2 * kDay);
  CHECK(get(house, kKim, "bytes=0-9").status == 404);  // the message has expired
}

TEST_CASE("a blob that is not complete is not there") {
  House house;
  REQUIRE(reserve(house, kLee).status == 200);
  REQUIRE(put(house, kLee, 1, pattern(1000, 9)).status == 200);
  CHECK(get(house, kLee, "bytes=0-9").status == 404);
}

TEST_CASE("room is reserved before anything is uploaded") {
  House house([](relay::Settings& settings) {
    settings.limits.blob_bytes = kSize + 10;
    settings.limits.device_blob_bytes = kSize + 10;
  });
  REQUIRE(reserve(house, kLee).status == 200);
  const std::string other = "ff112233445566778899aabbccddeeff";
  const HttpAnswer full =
      house.ask(kLee, "POST", "/v1/blobs", wire::to_cbor(wire::BlobReservation{other, 11}));
  CHECK(full.status == 507);
  CHECK(code_of(full) == "no-space");
  CHECK(house.ask(kLee, "POST", "/v1/blobs", wire::to_cbor(wire::BlobReservation{other, 10}))
            .status == 200);
}

TEST_CASE("what one device uploads and does not send takes at most its share") {
  House house([](relay::Settings& settings) { settings.limits.blob_bytes = 3 * kSize; });
  upload(house);
  const std::string other = "ff112233445566778899aabbccddeeff";
  const auto body = wire::to_cbor(wire::BlobReservation{other, kSize});
  const HttpAnswer full = house.ask(kLee, "POST", "/v1/blobs", body);
  CHECK(full.status == 507);
  CHECK(code_of(full) == "no-space");
  wire::Submission sent = house.message(1);
  sent.blobs = {kId};
  REQUIRE(house.submit(kLee, sent).accepted);
  CHECK(house.ask(kLee, "POST", "/v1/blobs", body).status == 200);
}

TEST_CASE("a part that was begun before its blob was swept does not count for a new one") {
  House house;
  REQUIRE(reserve(house, kLee).status == 200);
  const std::string target = "/v1/blobs/" + kId + "/parts/1";
  const base::Bytes part = pattern(1000, 9);
  HttpConnection connection(house.port());
  connection.send(head_of("PUT", target, house.sign(kLee, "PUT", target, part, false), 1000));
  connection.send(base::as_text(base::ByteView(part).first(500)));
  const auto file = house.dir() / "blobs" / "00" / kId;
  CHECK(eventually([&] { return std::filesystem::exists(file); }));
  house.clock.advance(2 * kDay);
  CHECK(eventually([&] { return !std::filesystem::exists(file); }));
  REQUIRE(reserve(house, kLee).status == 200);
  connection.send(base::as_text(base::ByteView(part).subspan(500)));
  CHECK(connection.receive().status == 409);
  CHECK(wire::parse_blob_state(reserve(house, kLee).body).value().parts.empty());
}

TEST_CASE("a sweep goes on until nothing is left") {
  House house;
  for (int i = 0; i < 40; ++i) {
    const std::string id = "aa" + std::string(28, '0') + std::to_string(10 + i);
    REQUIRE(
        house.ask(kLee, "POST", "/v1/blobs", wire::to_cbor(wire::BlobReservation{id, 5})).status ==
        200);
  }
  house.stop();
  house.clock.advance(2 * kDay);
  house.start();
  house.checkpoint();
  house.stop();
  const auto store = relay::SqliteStore::open(house.dir() / "relay.db", 0);
  REQUIRE(store.has_value());
  CHECK((*store)->writer().reads().blob_ids().value().empty());
}

TEST_CASE("blobs that nobody needs are swept with their files, also after a restart") {
  House house;
  upload(house);
  const auto file = house.dir() / "blobs" / "00" / kId;
  CHECK(std::filesystem::exists(file));
  const auto orphan = house.dir() / "blobs" / "ee" / std::string(32, 'e');
  REQUIRE(base::make_private_folder(orphan.parent_path()).has_value());
  REQUIRE(base::write_new_file(orphan, {}, 0600).has_value());
  house.stop();
  house.clock.advance(2 * kDay);
  house.start();
  house.checkpoint();
  house.stop();
  CHECK_FALSE(std::filesystem::exists(orphan));
  CHECK_FALSE(std::filesystem::exists(file));
}

TEST_CASE("ranges are parsed as RFC 9110 says") {
  using relay::parse_range;
  const auto range = [](std::string_view text) { return parse_range(text, 100).value(); };
  CHECK(range("bytes=10-19").first == 10);
  CHECK(range("bytes=10-19").length == 10);
  CHECK(range("bytes=90-500").length == 10);
  CHECK(range("bytes=-500").length == 100);
  CHECK_FALSE(range("").asked);
  for (const std::string_view bad : {"bytes=", "bytes=-", "bytes=-0", "bytes=a-b", "bytes=0-1,5-6",
                                     "items=0-1", "bytes=100-", "bytes= 0-1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_range(bad, 100).has_value());
  }
}
