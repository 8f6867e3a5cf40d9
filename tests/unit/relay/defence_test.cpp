// The relay's own safety: too many connections, clocks that jump, promises of room, what a crash or
// a full disk left behind, files of its folder that are out of form.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>

#include "house.hpp"
#include "relay/clock_watch.hpp"
#include "relay/folder.hpp"
#include "relay/http/crowd.hpp"
#include "relay/recovery.hpp"
#include "relay/store/disk_blobs.hpp"
#include "relay/store/sqlite_store.hpp"
#include "relay/tls.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

// Two ends of a connection.
class Pair {
 public:
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()) == 0); }
  ~Pair() {
    for (const int end : ends_) ::close(end);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  int relay() const { return ends_[0]; }
  bool is_closed() const {
    char byte = 0;
    return ::recv(ends_[1], &byte, 1, MSG_DONTWAIT) == 0;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

HttpAnswer reserve(House& house, const std::string& id, std::uint64_t size) {
  return house.ask(kLee, "POST", "/v1/blobs", wire::to_cbor(wire::BlobReservation{id, size}));
}

std::string id_of(int number) { return std::string(31, '0') + std::to_string(number); }

}  // namespace

TEST_CASE("in a crowd the oldest silent connection goes, then the one that rested longest") {
  relay::Crowd crowd(3);
  std::array<Pair, 8> pairs;
  const auto arrive = [&](std::size_t i) { crowd.arrived(&pairs[i], pairs[i].relay()); };
  for (std::size_t i = 0; i < 3; ++i) arrive(i);
  crowd.works(&pairs[0]);
  arrive(3);
  CHECK_FALSE(pairs[0].is_closed());
  CHECK(pairs[1].is_closed());
  CHECK_FALSE(pairs[2].is_closed());
  CHECK(crowd.size() == 3);
  crowd.left(&pairs[1]);
  CHECK(crowd.size() == 3);
  crowd.works(&pairs[2]);
  crowd.rests(&pairs[2]);
  crowd.rests(&pairs[0]);
  crowd.works(&pairs[2]);
  crowd.rests(&pairs[2]);
  crowd.works(&pairs[3]);
  arrive(4);
  CHECK(pairs[0].is_closed());  // rested before number 2
  crowd.works(&pairs[0]);       // too late
  crowd.left(&pairs[0]);
  crowd.works(&pairs[4]);
  crowd.works(&pairs[2]);
  // All are at work: the newest stays, and the server's own limit holds.
  arrive(5);
  CHECK(crowd.size() == 4);
  for (const std::size_t i : {2U, 3U, 4U, 5U}) CHECK_FALSE(pairs[i].is_closed());
}

TEST_CASE("a jump of the clock forward is doubted for an hour, one back is believed at once") {
  using Verdict = relay::ClockWatch::Verdict;
  using std::chrono::hours;
  using std::chrono::minutes;
  const base::milliseconds start{1000};
  relay::ClockWatch watch(kNoon, start);
  CHECK(watch.look(kNoon + minutes(1), start + minutes(1)) == Verdict::kTrusted);
  CHECK(watch.look(kNoon + minutes(6), start + minutes(2)) == Verdict::kTrusted);  // drift
  CHECK(watch.look(kNoon + hours(30), start + minutes(3)) == Verdict::kJumped);
  CHECK(watch.look(kNoon + hours(30), start + minutes(60)) == Verdict::kDoubtful);
  CHECK(watch.look(kNoon + minutes(61), start + minutes(61)) == Verdict::kTrusted);  // and back
  CHECK(watch.look(kNoon + hours(30), start + minutes(62)) == Verdict::kJumped);
  CHECK(watch.look(kNoon + hours(31), start + minutes(122)) == Verdict::kTrusted);
  CHECK(watch.look(kNoon - hours(5), start + minutes(123)) == Verdict::kTrusted);
}

TEST_CASE("room on the disk is promised once") {
  House house([](relay::Settings& settings) {
    settings.limits.blob_bytes = std::uint64_t{1} << 62;
    settings.limits.device_blob_bytes = std::uint64_t{1} << 62;
  });
  const std::uint64_t room = relay::DiskBlobs::open(house.dir() / "blobs").value().room().value();
  CHECK(reserve(house, id_of(1), room / 2).status == 200);
  const HttpAnswer second = reserve(house, id_of(2), room / 4 * 3);
  CHECK(second.status == 507);
  CHECK(code_of(second) == "no-space");
  CHECK(reserve(house, id_of(2), room / 4).status == 200);
}

TEST_CASE("an upload whose noted parts are gone begins anew after a restart") {
  House house;
  const std::string id = id_of(1);
  REQUIRE(reserve(house, id, 1000).status == 200);
  const std::string target = "/v1/blobs/" + id + "/parts/0";
  const base::Bytes part(1000, 7);
  REQUIRE(HttpConnection(house.port())
              .ask("PUT", target, house.sign(kLee, "PUT", target, part, false), part)
              .status == 200);
  const auto parts = [&] {
    return wire::parse_blob_state(reserve(house, id, 1000).body).value().parts.size();
  };
  house.stop();
  house.start();
  CHECK(parts() == 1);
  house.stop();
  std::filesystem::resize_file(house.dir() / "blobs" / "00" / id, 0);
  house.start();
  CHECK(parts() == 0);
}

TEST_CASE("on a full disk uploads that were begun make room before anything is written") {
  // A disk that is full whatever is removed.
  class FullDisk final : public relay::BlobStore {
   public:
    explicit FullDisk(relay::DiskBlobs& real) : real_(&real) {}
    base::Result<base::Fd> open_for_writing(std::string_view id) override {
      return real_->open_for_writing(id);
    }
    base::Result<void> write_at(const base::Fd& file, std::uint64_t offset,
                                base::ByteView bytes) override {
      return real_->write_at(file, offset, bytes);
    }
    bool is_there(const base::Fd& file) override { return real_->is_there(file); }
    base::Result<void> sync_part(const base::Fd& file) override { return real_->sync_part(file); }
    void abandon(const base::Fd& file) override { real_->abandon(file); }
    base::Result<std::uint64_t> room() override { return std::uint64_t{0}; }
    base::Result<void> sync(std::string_view id, std::uint64_t size) override {
      return real_->sync(id, size);
    }
    base::Result<base::Fd> open_for_reading(std::string_view id) override {
      return real_->open_for_reading(id);
    }
    base::Result<void> remove(std::string_view id) override { return real_->remove(id); }
    base::Result<std::vector<std::string>> list() override { return real_->list(); }

   private:
    relay::DiskBlobs* real_;
  };
  House house;
  REQUIRE(reserve(house, id_of(1), 1000).status == 200);
  const std::string target = "/v1/blobs/" + id_of(1) + "/parts/0";
  const base::Bytes part(1000, 7);
  REQUIRE(HttpConnection(house.port())
              .ask("PUT", target, house.sign(kLee, "PUT", target, part, false), part)
              .status == 200);
  house.stop();
  const auto store = relay::SqliteStore::open(house.dir() / "relay.db", 0).value();
  auto disk = relay::DiskBlobs::open(house.dir() / "blobs").value();
  FullDisk full(disk);
  REQUIRE(relay::recover(*store, full, house.clock.now()).has_value());
  CHECK(disk.list().value().empty());
  CHECK(store->writer().reads().blob_ids().value().empty());
}

TEST_CASE("a certificate or settings out of form are told in a sentence") {
  House house;
  house.stop();
  house.edit_settings([](relay::Settings& settings) {
    settings.plain = false;
    settings.url = "https://127.0.0.1:0";
    settings.tls_certificate = "tls.crt";
    settings.tls_key = "tls.key";
  });
  const auto write = [&](const char* name, std::string_view text) {
    REQUIRE(base::replace_file(house.dir() / name, base::as_bytes(text), 0600).has_value());
  };
  const auto mine =
      relay::make_tls_identity("https://a.example", house.clock.now(), house.random).value();
  const auto other =
      relay::make_tls_identity("https://a.example", house.clock.now(), house.random).value();
  const auto refusal = [&] {
    auto started = relay::Server::start(house.dir(), house.seams(), {});
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().code == base::Code::kMalformed);
    CHECK_FALSE(started.error().hint.empty());
    return started.error().text;
  };
  write("tls.key", other.key.expose_text());
  write("tls.crt", "");
  CHECK(refusal() == "the TLS certificate is not one in PEM form");
  write("tls.crt", mine.certificate);
  CHECK(refusal() == "the TLS certificate and the TLS key are no pair");
  write("tls.key", "");
  CHECK(refusal() == "the TLS key is no private key in PEM form");
  write("tls.key", mine.key.expose_text());
  CHECK(relay::Server::start(house.dir(), house.seams(), {}).has_value());
  write("relay.toml", "");
  CHECK(refusal().find("organisation is missing") != std::string::npos);
  write("relay.toml", "organisation = \"nonsense\"\n");
  CHECK(refusal().find("organisation is no vkey") != std::string::npos);
}
