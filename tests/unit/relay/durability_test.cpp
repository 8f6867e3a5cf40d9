// What survives: restarts, a copy of the files as a crash would leave them, full disks, damage.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "house.hpp"
#include "relay/folder.hpp"
#include "relay/store/sqlite_store.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_CASE("what was accepted is there after a restart, and the log goes on") {
  House house;
  const wire::Submission sent = house.message(1);
  const auto first = house.submit(kLee, sent);
  const std::string checkpoint = house.checkpoint();
  house.stop();
  house.start();
  CHECK(house.inbox(kKim).deliveries.size() == 1);
  const auto again = house.submit(kLee, sent);
  CHECK(again.duplicate);
  CHECK(again.receipt == first.receipt);
  CHECK(house.events("service.start").size() == 2);
  CHECK(house.events("service.stop").size() == 1);
  CHECK(house.checkpoint() != checkpoint);
}

TEST_CASE(
    "files copied while the relay serves, as a crash leaves them, hold all that it answered") {
  House house;
  for (int i = 1; i <= 20; ++i) house.submit(kLee, house.message(i));
  const auto copy = house.dir().parent_path() / "copy";
  std::filesystem::copy(house.dir(), copy, std::filesystem::copy_options::recursive);
  std::filesystem::remove(copy / "relay.db-shm");
  const auto store = relay::SqliteStore::open(copy / "relay.db", 0);
  REQUIRE(store.has_value());
  const auto reading = (*store)->read();
  REQUIRE(reading.has_value());
  const auto inbox = (*reading)->inbox(kKim, 0, 256, 1 << 20, house.clock.now());
  REQUIRE(inbox.has_value());
  CHECK(inbox->deliveries.size() == 20);
  auto reopened = relay::Server::start(copy, house.seams(), {});
  CHECK_MESSAGE(reopened.has_value(), (reopened ? "" : reopened.error().text));
}

TEST_CASE("one folder is served by one process at a time") {
  House house;
  const auto second = relay::Server::start(house.dir(), house.seams(), {});
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().code == base::Code::kConflict);
  CHECK(relay::Server::start(house.dir() / "nothing", house.seams(), {}).error().code ==
        base::Code::kNotFound);
}

TEST_CASE("expired messages are swept after a restart, with an event for each") {
  House house;
  const wire::Submission sent = house.message(1, {kKim, kOlivia});
  house.submit(kLee, sent);
  REQUIRE(house
              .ask(kKim, "POST", "/v1/inbox/acknowledge",
                   wire::to_cbor(wire::ReceiptBatch{
                       {house.receipt(sent, kLee, kKim, receipt::State::kDelivered)}}))
              .status == 200);
  house.stop();
  house.clock.advance(2 * kDay);
  house.start();
  CHECK(house.inbox(kOlivia).deliveries.empty());
  const auto expired = house.events("message.expire");
  REQUIRE(expired.size() == 1);
  CHECK(expired[0].message == sent.id);
  CHECK(expired[0].objects == std::vector<std::string>{kOlivia});
  CHECK(expired[0].actor == house.log().name());
  CHECK(house.submit(kLee, sent).duplicate);  // the tombstone stays
}

TEST_CASE(
    "a full store refuses with no-space, accepts again when there is room, and loses nothing") {
  House house([](relay::Settings& settings) { settings.limits.store_bytes = 400 << 10; });
  int accepted = 0;
  HttpAnswer answer;
  for (int i = 1; i <= 200; ++i) {
    wire::Submission sent = house.message(i);
    sent.payload = base::Bytes(8000, 3);
    answer = house.ask(kLee, "POST", "/v1/messages", wire::to_cbor(wire::Submissions{{sent}}));
    if (answer.status != 200) break;
    ++accepted;
  }
  CHECK(answer.status == 507);
  CHECK(code_of(answer) == "no-space");
  REQUIRE(accepted > 3);
  CHECK(house.inbox(kKim).deliveries.size() == static_cast<std::size_t>(accepted));
  const wire::Submission first = house.message(1);
  const auto receipt = house.receipt(first, kLee, kKim, receipt::State::kDelivered);
  const auto freed = house.ask(kKim, "POST", "/v1/inbox/acknowledge",
                               wire::to_cbor(wire::ReceiptBatch{{receipt}}));
  CHECK(freed.status == 200);
  CHECK(house.submit(kLee, house.message(300)).accepted);
  CHECK(house.ask_unsigned("GET", "/readyz").status == 200);
  CHECK(house.events("message.send").size() == static_cast<std::size_t>(accepted) + 1);
}

TEST_CASE("a relay does not start on a log that was changed") {
  for (const std::string& sql : {
           std::string("DELETE FROM leaves WHERE id = (SELECT max(id) FROM leaves)"),
           std::string("UPDATE tiles SET hashes = zeroblob(length(hashes))"),
           std::string("DELETE FROM trust WHERE number = 0"),
       }) {
    CAPTURE(sql);
    House house;
    house.submit(kLee, house.message(1));
    house.stop();
    run_sql(house.dir() / "relay.db", sql);
    const auto started = relay::Server::start(house.dir(), house.seams(), {});
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().code == base::Code::kVerificationFailed);
  }
}

TEST_CASE("a relay that cannot read its log back accepts nothing until it is restarted") {
  House house;
  house.submit(kLee, house.message(1));
  house.checkpoint();
  const auto file = house.dir() / "relay.db";
  run_sql(file, "UPDATE tiles SET hashes = zeroblob(7)");
  run_sql(file,
          "CREATE TRIGGER t BEFORE UPDATE ON tiles BEGIN SELECT RAISE(FAIL, 'disk fault'); END");
  const auto ask = [&](int number) {
    const auto body = wire::to_cbor(wire::Submissions{{house.message(number)}});
    return house.ask(kLee, "POST", "/v1/messages", body).status;
  };
  CHECK(ask(2) == 500);
  REQUIRE(house.logged().find("log.unreadable") != std::string::npos);
  run_sql(file, "DROP TRIGGER t");
  CHECK(ask(3) == 422);
  CHECK(house.ask_unsigned("GET", "/readyz").status == 503);
  CHECK(house.ask(kAuditor, "GET", "/v1/audit/checkpoint").status == 422);
}

TEST_CASE("many clients at once are committed in groups") {
  House house([](relay::Settings& settings) { settings.limits.requests_per_minute = 1000000; });
  constexpr int kThreads = 16;
  constexpr int kEach = 50;
  std::vector<std::thread> threads;
  std::atomic<int> accepted{0};
  const auto began = std::chrono::steady_clock::now();
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      HttpConnection connection(house.port());
      for (int i = 0; i < kEach; ++i) {
        const auto body = wire::to_cbor(wire::Submissions{{house.message(t * kEach + i + 1)}});
        const Headers headers = house.sign(kLee, "POST", "/v1/messages", body);
        if (connection.ask("POST", "/v1/messages", headers, body).status == 200) ++accepted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  CHECK(accepted == kThreads * kEach);
  CHECK(house.inbox(kKim, "?limit=256").more);
  const std::string metrics = house.ask_unsigned("GET", "/metrics").text();
  CHECK(metrics.find("sealpost_messages_accepted_total 800") != std::string::npos);
  const std::string count = "sealpost_commit_seconds_count ";
  const int groups = std::stoi(metrics.substr(metrics.find(count) + count.size()));
  CHECK(groups < accepted);
  MESSAGE(fmt::format("{:.0f} messages/s in {} groups", accepted / took.count(), groups));
}
