// Who gets in: signatures, nonces, clocks, digests, roles, sizes, rates.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "house.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

struct Question {
  std::string method;
  std::string target;
};

const std::vector<Question> kReads{
    {"GET", "/v1/trust?from=0"},
    {"GET", "/v1/audit/checkpoint"},
    {"GET", "/v1/audit/tile/0/000.p/1"},
    {"GET", "/v1/inbox"},
    {"GET", "/v1/receipts"},
    {"GET", "/v1/audit/events"},
    {"GET", "/v1/audit/tile/entries/000.p/1"},
};

// Another key's signature under lee's name.
Headers forged_as_lee(House& house) {
  const auto& signer = key(kLee + "#2");
  const auto headers = wire::sign_request("GET", house.url() + "/v1/trust", std::nullopt, kLee,
                                          signer.key(), house.clock.now(), house.random);
  return {{"Signature-Input", headers.signature_input}, {"Signature", headers.signature}};
}

// What each role is answered, in the order of kReads.
struct Row {
  std::string key;
  std::vector<int> statuses;
};

}  // namespace

TEST_CASE("each role reads what it may and is refused the rest, once in the log each") {
  House house;
  house.checkpoint();
  const std::vector<Row> rows{
      {kOlivia, {200, 200, 200, 200, 200, 200, 200}},
      {kLee, {200, 200, 200, 200, 200, 403, 403}},
      {kAuditor, {200, 200, 200, 403, 403, 200, 200}},
      {kService, {200, 200, 200, 403, 200, 403, 403}},
  };
  std::size_t refused = 0;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < kReads.size(); ++i) {
      CAPTURE(row.key);
      CAPTURE(kReads[i].target);
      CHECK(house.ask(row.key, kReads[i].method, kReads[i].target).status == row.statuses[i]);
      if (row.statuses[i] == 403) ++refused;
    }
  }
  CHECK(house.events("access.refused").size() == refused);
}

TEST_CASE("an auditor neither sends nor receives nor uploads") {
  House house;
  const auto nothing = wire::to_cbor(wire::Submissions{});
  const auto receipts = wire::to_cbor(wire::ReceiptBatch{});
  const auto blob = wire::to_cbor(wire::BlobReservation{std::string(32, 'a'), 5});
  CHECK(house.ask(kAuditor, "POST", "/v1/messages", nothing).status == 403);
  CHECK(house.ask(kAuditor, "POST", "/v1/inbox/acknowledge", receipts).status == 403);
  CHECK(house.ask(kAuditor, "POST", "/v1/receipts", receipts).status == 403);
  CHECK(house.ask(kAuditor, "POST", "/v1/blobs", blob).status == 403);
  CHECK(house.ask(kLee, "POST", "/v1/messages", nothing).status == 200);
}

TEST_CASE("without a signature, with an unknown key or a wrong one, nobody is let in") {
  House house;
  const std::size_t before = house.events().size();
  for (const Question& question : kReads) {
    CHECK(house.ask_unsigned(question.method, question.target).status == 401);
  }
  const HttpAnswer unknown = house.ask(full("stranger/desk"), "GET", "/v1/trust");
  CHECK(unknown.status == 401);
  CHECK(code_of(unknown) == "locked");
  const HttpAnswer forged =
      HttpConnection(house.port()).ask("GET", "/v1/trust", forged_as_lee(house), {});
  CHECK(forged.status == 401);
  CHECK(forged.body == unknown.body);  // which half was wrong is not said
  CHECK(house.events().size() == before);
  const HttpAnswer metrics = house.ask_unsigned("GET", "/metrics");
  CHECK(metrics.text().find("sealpost_unauthenticated_total 9") != std::string::npos);
}

TEST_CASE("who signs with a key that its device had before is told so, and nobody else is") {
  House house;
  const auto change_key = [&](const std::string& from, const std::string& to) {
    trust::Certificate next = successor(house.chain, kLee.substr(kLee.find('/') + 1));
    next.key = verifier(to);
    next.at = kNoon;
    next.expires = kNoon + 300 * kDay;
    return house.post_trust(from, signed_by(next, {from, to})).status;
  };
  REQUIRE(change_key(kLee, kLee + "#2") == 200);
  REQUIRE(change_key(kLee + "#2", kLee + "#3") == 200);
  for (const std::string& label : {kLee, kLee + "#2"}) {
    const HttpAnswer answer = house.ask(label, "GET", "/v1/inbox");
    CHECK(answer.status == 401);
    CHECK(code_of(answer) == "key-replaced");
    CHECK(code_of(house.ask(label, "POST", "/v1/mfa/enrol")) == "key-replaced");
  }
  CHECK(house.ask(kLee + "#3", "GET", "/v1/inbox").status == 200);
  CHECK(code_of(house.ask(kLee + "#4", "GET", "/v1/inbox")) == "locked");
  const auto refused = house.events("access.refused");
  REQUIRE(refused.size() == 4);
  CHECK(refused[0].details.at("code") == "key-replaced");
  REQUIRE(house.post_trust(kOlivia, signed_by(revocation(kLee), {kOlivia})).status == 200);
  CHECK(code_of(house.ask(kLee, "GET", "/v1/inbox")) == "revoked");
}

TEST_CASE("a revoked device is refused, with an event") {
  House house;
  REQUIRE(house.post_trust(kOlivia, signed_by(revocation(kLee), {kOlivia})).status == 200);
  const HttpAnswer answer = house.ask(kLee, "GET", "/v1/trust");
  CHECK(answer.status == 403);
  CHECK(code_of(answer) == "revoked");
  const auto refused = house.events("access.refused");
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].details.at("code") == "revoked");
}

TEST_CASE("a changing request works once: its nonce is remembered, also over a restart") {
  House house;
  const auto body = wire::to_cbor(wire::Submissions{{house.message(1)}});
  const Headers headers = house.sign(kLee, "POST", "/v1/messages", body);
  HttpConnection connection(house.port());
  CHECK(connection.ask("POST", "/v1/messages", headers, body).status == 200);
  const HttpAnswer replayed = connection.ask("POST", "/v1/messages", headers, body);
  CHECK(replayed.status == 401);
  CHECK(code_of(replayed) == "locked");
  const std::uint16_t port = house.port();
  const std::string url = house.url();
  house.stop();
  house.edit_settings([&](relay::Settings& settings) {
    settings.listen = "127.0.0.1:" + std::to_string(port);
    settings.url = url;
  });
  house.start();
  CHECK(HttpConnection(port).ask("POST", "/v1/messages", headers, body).status == 401);
}

TEST_CASE("a body that is not the signed one is refused") {
  House house;
  const auto body = wire::to_cbor(wire::Submissions{{house.message(1)}});
  const auto other = wire::to_cbor(wire::Submissions{{house.message(2)}});
  const Headers headers = house.sign(kLee, "POST", "/v1/messages", body);
  HttpConnection connection(house.port());
  CHECK(connection.ask("POST", "/v1/messages", headers, other).status == 401);
  const Headers uncovered = house.sign(kLee, "POST", "/v1/messages", body, false);
  CHECK(connection.ask("POST", "/v1/messages", uncovered, body).status == 401);
  CHECK(house.inbox(kKim).deliveries.empty());
}

TEST_CASE("a signature for another address or method does not open this one") {
  House house;
  const Headers headers = house.sign(kLee, "GET", "/v1/receipts", {});
  HttpConnection connection(house.port());
  CHECK(connection.ask("GET", "/v1/inbox", headers, {}).status == 401);
  CHECK(connection.ask("GET", "/v1/receipts?limit=1", headers, {}).status == 401);
  CHECK(connection.ask("GET", "/v1/receipts", headers, {}).status == 200);
}

TEST_CASE("clocks more than five minutes apart are refused with a hint") {
  House house;
  const Headers headers = house.sign(kLee, "GET", "/v1/receipts", {});
  house.clock.advance(std::chrono::seconds(301));
  const HttpAnswer answer = HttpConnection(house.port()).ask("GET", "/v1/receipts", headers, {});
  CHECK(answer.status == 401);
  CHECK(answer.text().find("301 s apart") != std::string::npos);
}

TEST_CASE("a body that is too large is refused before it comes") {
  House house;
  HttpConnection connection(house.port());
  connection.send(head_of("POST", "/v1/messages", {}, wire::kMaxBody + 1));
  const HttpAnswer answer = connection.receive();
  CHECK(answer.status == 401);  // unsigned as it is, that is said first
  HttpConnection signed_one(house.port());
  const Headers headers = house.sign(kLee, "POST", "/v1/messages", {});
  signed_one.send(head_of("POST", "/v1/messages", headers, wire::kMaxBody + 1));
  const HttpAnswer large = signed_one.receive();
  CHECK(large.status == 413);
  CHECK(code_of(large) == "malformed");
}

TEST_CASE("a body that trickles in is cut off") {
  House house([](relay::Settings& settings) { settings.limits.body_seconds = 1; });
  HttpConnection connection(house.port());
  const Headers headers = house.sign(kLee, "POST", "/v1/messages", {});
  connection.send(head_of("POST", "/v1/messages", headers, 1000));
  for (int i = 0; i < 5; ++i) {
    connection.send("x");
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  CHECK(connection.receive().status == 0);
}

TEST_CASE("a connection on which nothing moves is closed") {
  House house([](relay::Settings& settings) { settings.limits.idle_seconds = 1; });
  HttpConnection connection(house.port());
  connection.send("GET /livez HT");
  CHECK(connection.receive().status == 0);
}

TEST_CASE("who asks too often waits, and others do not") {
  House house([](relay::Settings& settings) { settings.limits.requests_per_minute = 5; });
  for (int i = 0; i < 5; ++i) CHECK(house.ask(kLee, "GET", "/v1/receipts").status == 200);
  const HttpAnswer answer = house.ask(kLee, "GET", "/v1/receipts");
  CHECK(answer.status == 429);
  CHECK(code_of(answer) == "busy");
  CHECK(answer.headers.at("retry-after") == "1");
  CHECK(house.ask(kKim, "GET", "/v1/receipts").status == 200);
  house.clock.advance(std::chrono::seconds(13));
  CHECK(house.ask(kLee, "GET", "/v1/receipts").status == 200);
}

TEST_CASE("addresses that do not exist are not found, wrong methods are said so") {
  House house;
  CHECK(house.ask(kLee, "GET", "/v1/nothing").status == 404);
  CHECK(house.ask(kLee, "GET", "/").status == 404);
  CHECK(house.ask(kLee, "GET", "/v1/messages").status == 400);
  CHECK(house.ask(kLee, "GET", "/v1/inbox/").status == 404);
  CHECK(house.ask_unsigned("GET", "/livez").status == 200);
  CHECK(house.ask_unsigned("GET", "/readyz").status == 200);
}

TEST_CASE("metrics are for this machine alone, never through a proxy") {
  House house;
  CHECK(house.ask_unsigned("GET", "/metrics").status == 200);
  const HttpAnswer answer =
      HttpConnection(house.port()).ask("GET", "/metrics", {{"X-Forwarded-For", "192.0.2.1"}}, {});
  CHECK(answer.status == 403);
}

TEST_CASE("a proxy's word about addresses counts only where a proxy is declared") {
  for (const bool proxy : {false, true}) {
    House house([&](relay::Settings& settings) { settings.proxy = proxy; });
    const auto body = wire::to_cbor(wire::Submissions{{house.message(1)}});
    Headers headers = house.sign(kLee, "POST", "/v1/messages", body);
    headers.emplace_back("X-Forwarded-For", "198.51.100.7, 192.0.2.1");
    CHECK(HttpConnection(house.port()).ask("POST", "/v1/messages", headers, body).status == 200);
    const auto sent = house.events("message.send");
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].address == (proxy ? "192.0.2.1" : "127.0.0.1"));
  }
}

TEST_CASE("of several forwarding headers the last one is the proxy's") {
  House house([](relay::Settings& settings) { settings.proxy = true; });
  const auto body = wire::to_cbor(wire::Submissions{{house.message(1)}});
  Headers headers = house.sign(kLee, "POST", "/v1/messages", body);
  headers.emplace_back("X-Forwarded-For", "198.51.100.7");
  headers.emplace_back("x-forwarded-for", "203.0.113.9, 192.0.2.1");
  CHECK(HttpConnection(house.port()).ask("POST", "/v1/messages", headers, body).status == 200);
  CHECK(house.events("message.send").at(0).address == "192.0.2.1");
}

TEST_CASE("however many ask whether the relay is ready, one commit a second answers them") {
  House house;
  const auto commits = [&] {
    const std::string metrics = house.ask_unsigned("GET", "/metrics").text();
    const std::string count = "sealpost_commit_seconds_count ";
    return std::stoi(metrics.substr(metrics.find(count) + count.size()));
  };
  house.checkpoint();  // what the start has queued is done
  const int before = commits();
  for (int i = 0; i < 20; ++i) CHECK(house.ask_unsigned("GET", "/readyz").status == 200);
  CHECK(commits() == before + 1);
  house.clock.advance(std::chrono::milliseconds(1001));
  CHECK(house.ask_unsigned("GET", "/readyz").status == 200);
  CHECK(commits() == before + 2);
}

TEST_CASE("the relay's own log names routes and keys but no message") {
  House house;
  house.submit(kLee, house.message(1));
  house.ask(kLee, "GET", "/v1/audit/events");
  CHECK(house.logged().find("\"status\":\"403\"") != std::string::npos);
  CHECK(house.logged().find(house.message(1).id) == std::string::npos);
}
