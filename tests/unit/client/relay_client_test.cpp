#include "client/relay_client.hpp"

#include <doctest/doctest.h>

#include <set>

#include "client/curl_transport.hpp"
#include "server.hpp"
#include "wire/problem.hpp"
#include "wire/signature.hpp"
#include "world.hpp"

using namespace sealpost;
using namespace sealpost::client;
using testing::Answer;
using testing::Asked;
using testing::Server;
using testing::World;

namespace {

std::string cbor(const wire::Bytes& bytes) { return std::string(base::as_text(bytes)); }

Answer trust_answer() { return {200, cbor(wire::to_cbor(wire::TrustEntries{3, {"a", "b"}})), {}}; }

// The range a request asks for, first and last byte.
std::pair<std::size_t, std::size_t> range_of(const Asked& asked) {
  const std::string& value = asked.headers.at("range");
  const std::size_t dash = value.find('-');
  return {std::stoul(value.substr(6, dash - 6)), std::stoul(value.substr(dash + 1))};
}

template <typename T>
base::Code code_of(const base::Result<T>& result) {
  REQUIRE(!result);
  return result.error().code;
}

}  // namespace

TEST_CASE("a request is signed over its method, its whole URL and its body") {
  World world;
  base::Result<void> verified;
  bool covers_digest = false;
  std::string url;
  Server server([&](const Asked& asked) {
    const wire::SignedHeaders headers{asked.headers.at("content-digest"),
                                      asked.headers.at("signature-input"),
                                      asked.headers.at("signature")};
    const std::string target = url + asked.path + (asked.query.empty() ? "" : "?" + asked.query);
    const auto signature = wire::parse_request_signature(asked.method, target, headers);
    REQUIRE(signature);
    covers_digest = signature->covers_digest;
    verified = wire::verify_request(*signature, world.signer.verifier().key(), world.clock.now());
    CHECK(signature->key_id == "mercy.example/dr.lee/laptop");
    CHECK(headers.content_digest == wire::content_digest(base::as_bytes(asked.body)));
    return trust_answer();
  });
  url = server.url();
  auto client = world.client(url);
  const auto entries = client.trust_since(2);
  REQUIRE(entries);
  CHECK(entries->size == 3);
  CHECK(verified);
  CHECK(covers_digest);
  CHECK(client.append_trust({3, {"c"}}));
  CHECK(verified);
}

TEST_CASE("parts go out whole, without a digest") {
  World world;
  std::string body;
  std::string path;
  Server server([&](const Asked& asked) {
    CHECK(asked.method == "PUT");
    CHECK(asked.headers.count("content-digest") == 0);
    CHECK(asked.headers.count("signature") == 1);
    body = asked.body;
    path = asked.path;
    return Answer{204, "", {}};
  });
  base::Bytes part(3'000'000);
  world.random.fill(part);
  CHECK(world.client(server.url()).put_part("00ff", 7, part, world.pacer, {}));
  CHECK(path == "/v1/blobs/00ff/parts/7");
  CHECK(body == base::as_text(part));
}

TEST_CASE("a relay that is down is unreachable, with a hint") {
  World world;
  const auto start = world.clock.steady();
  const auto result = world.client(testing::dead_url()).trust_since(0);
  CHECK(code_of(result) == base::Code::kUnreachable);
  CHECK(!result.error().hint.empty());
  CHECK(world.clock.steady() - start == base::milliseconds(3'000));
}

TEST_CASE("a busy relay is asked again, under a fresh signature each time") {
  World world;
  std::set<std::string> signatures;
  Server server([&](const Asked& asked) {
    signatures.insert(asked.headers.at("signature"));
    return signatures.size() < 3 ? Answer{503, "", {}} : trust_answer();
  });
  CHECK(world.client(server.url()).trust_since(0));
  CHECK(signatures.size() == 3);
}

TEST_CASE("a relay that stays busy is busy after four tries") {
  World world;
  int asked_times = 0;
  Server server([&](const Asked&) {
    ++asked_times;
    return Answer{503, "", {}};
  });
  CHECK(code_of(world.client(server.url()).trust_since(0)) == base::Code::kBusy);
  CHECK(asked_times == 4);
}

TEST_CASE("a relay that asks for a long pause is not asked again") {
  World world;
  int asked_times = 0;
  Server server([&](const Asked&) {
    ++asked_times;
    return Answer{503, "", {{"Retry-After", "120"}}};
  });
  CHECK(code_of(world.client(server.url()).trust_since(0)) == base::Code::kBusy);
  CHECK(asked_times == 1);
}

TEST_CASE("the relay's problem is the caller's error, made safe to print") {
  World world;
  Server server([](const Asked&) {
    return Answer{403,
                  wire::to_problem({base::Code::kDenied, "auditors\x1b[31m do not send", "ask"}),
                  {{"Content-Type", std::string(wire::kProblemType)}}};
  });
  const auto result = world.client(server.url()).submit({});
  CHECK(code_of(result) == base::Code::kDenied);
  CHECK(result.error().text.find('\x1b') == std::string::npos);
  CHECK(result.error().hint == "the relay says: ask");
}

TEST_CASE("a key that was replaced is asked for, and the request signed with the new one") {
  World world;
  std::set<std::string> signatures;
  std::size_t refused = 2;
  Server server([&](const Asked& asked) {
    signatures.insert(asked.headers.at("signature"));
    if (signatures.size() > refused) return trust_answer();
    return Answer{401,
                  wire::to_problem({base::Code::kKeyReplaced, "another key", "do"}),
                  {{"Content-Type", std::string(wire::kProblemType)}}};
  });
  int newer = 2;
  client::RelayClient relay = world.client(server.url());
  relay.on_replaced_key([&] { return newer-- > 0; });
  CHECK(relay.trust_since(0));
  CHECK(newer == 0);

  signatures.clear();
  const auto again = relay.trust_since(0);
  CHECK(code_of(again) == base::Code::kKeyReplaced);
  CHECK(signatures.size() == 1);
  CHECK(again.error().hint.find("device revoke") != std::string::npos);
}

TEST_CASE("a redirect is not followed") {
  World world;
  bool followed = false;
  Server other([&](const Asked&) {
    followed = true;
    return trust_answer();
  });
  Server server([&](const Asked&) {
    return Answer{307, "", {{"Location", other.url() + "/v1/trust?from=0"}}};
  });
  CHECK(code_of(world.client(server.url()).trust_since(0)) == base::Code::kMalformed);
  CHECK(!followed);
}

TEST_CASE("an answer that is too long is refused, wherever it goes") {
  World world;
  Server server([](const Asked&) { return Answer{206, std::string(5'000, 'x'), {}}; });
  const auto transport = make_curl_transport({server.url(), ""}, world.interrupt);
  Request request;
  request.method = "GET";
  request.url = server.url() + "/";
  request.patience = base::milliseconds(5'000);
  request.max_body = 5'000;
  CHECK(transport->perform(request));
  request.max_body = 4'999;
  CHECK(code_of(transport->perform(request)) == base::Code::kMalformed);
  base::MemorySink sink;
  request.sink = &sink;
  request.max_streamed = 4'999;
  CHECK(code_of(transport->perform(request)) == base::Code::kMalformed);
  CHECK(sink.bytes().size() < 5'000);
}

TEST_CASE("an answer that is no CBOR is refused") {
  World world;
  Server server([](const Asked&) { return Answer{200, "<html>welcome</html>", {}}; });
  CHECK(code_of(world.client(server.url()).trust_since(0)) == base::Code::kMalformed);
}

TEST_CASE("a blob is fetched on from where the connection broke") {
  World world;
  const std::string blob(300'000, 'b');
  std::vector<std::size_t> starts;
  Server server([&](const Asked& asked) {
    const auto range = range_of(asked);
    starts.push_back(range.first);
    Answer answer{206, blob.substr(range.first, range.second - range.first + 1), {}};
    if (starts.size() < 6) answer.cut_after = 40'000;
    return answer;
  });
  base::MemorySink sink;
  CHECK(world.client(server.url()).fetch_blob("00ff", 0, blob.size(), sink, world.pacer));
  CHECK(base::as_text(sink.bytes()) == blob);
  CHECK(starts.size() == 6);
  CHECK(starts[1] == 40'000);
}

TEST_CASE("a blob that is shorter or not a range is refused") {
  World world;
  Server brief([](const Asked&) { return Answer{206, "abc", {}}; });
  base::MemorySink sink;
  CHECK(code_of(world.client(brief.url()).fetch_blob("00ff", 0, 4, sink, world.pacer)) ==
        base::Code::kMalformed);
  Server whole([](const Asked&) { return Answer{200, "abcd", {}}; });
  base::MemorySink nothing;
  CHECK(code_of(world.client(whole.url()).fetch_blob("00ff", 0, 4, nothing, world.pacer)) ==
        base::Code::kMalformed);
  CHECK(nothing.bytes().empty());
}

TEST_CASE("a pinned key is trusted on a certificate that nobody signed") {
  World world;
  Server server([](const Asked&) { return trust_answer(); }, true);
  CHECK(world.client(server.url(), testing::server_pin()).trust_since(0));
}

TEST_CASE("another key than the pinned one is refused before anything is asked") {
  World world;
  bool asked_anything = false;
  Server server(
      [&](const Asked&) {
        asked_anything = true;
        return trust_answer();
      },
      true);
  const auto result =
      world.client(server.url(), "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
          .trust_since(0);
  CHECK(code_of(result) == base::Code::kVerificationFailed);
  CHECK(result.error().text.find("pinned") != std::string::npos);
  CHECK(!asked_anything);
}

TEST_CASE("without a pin a certificate that nobody signed is refused") {
  World world;
  Server server([](const Asked&) { return trust_answer(); }, true);
  CHECK(code_of(world.client(server.url()).trust_since(0)) == base::Code::kVerificationFailed);
}

TEST_CASE("who is asked to stop stops, also in the middle of waiting") {
  World world;
  Server server([&](const Asked&) {
    world.interrupt.stop = true;
    return Answer{503, "", {}};
  });
  CHECK(code_of(world.client(server.url()).trust_since(0)) == base::Code::kInterrupted);
  CHECK(code_of(world.client(server.url()).trust_since(0)) == base::Code::kInterrupted);
}

TEST_CASE("queries and names are encoded") {
  World world;
  Asked last;
  Server server([&](const Asked& asked) {
    last = asked;
    return Answer{404, "", {}};
  });
  auto client = world.client(server.url());
  CHECK(code_of(client.inbox(7, 50, std::chrono::seconds(1))) == base::Code::kNotFound);
  CHECK(last.path == "/v1/inbox");
  CHECK(last.query == "after=7&limit=50&wait=1");
  CHECK(!client.evidence("../x", "mercy.example/dr.lee/laptop"));
  CHECK(last.path != "/v1/x/evidence");
  CHECK(last.query == "from=mercy.example/dr.lee/laptop");
  CHECK(!client.tile({0, 1000, 256}));
  CHECK(last.path == "/v1/audit/tile/0/x001/000");
}

TEST_CASE("each method of the register asks its own address and reads its own answer") {
  World world;
  std::string asked_for;
  std::string answer;
  Server server([&](const Asked& asked) {
    asked_for = asked.method + " " + asked.path + (asked.query.empty() ? "" : "?" + asked.query);
    return Answer{200, answer, {}};
  });
  auto client = world.client(server.url());
  const wire::RegisterGrant grant{"mercy.example/dr.lee/laptop", 2, "0011", wire::Bytes(5, 1)};

  answer = cbor(wire::to_cbor(wire::RegisterState{4, 2, {{grant.device, 2}}}));
  CHECK(client.register_state("people")->granted.at(0).device == grant.device);
  CHECK(asked_for == "GET /v1/register/people");
  answer = cbor(wire::to_cbor(wire::RegisterEntries{{{3, wire::Bytes(5, 1), 9, {}}}, {}, true}));
  CHECK(client.register_entries("people", 2, 50)->entries.at(0).index == 9);
  CHECK(asked_for == "GET /v1/register/people/entries?after=2&limit=50");
  answer = cbor(wire::to_cbor(wire::RegisterAppended{5, true}));
  CHECK(client.append_register("organisation", {})->number == 5);
  CHECK(asked_for == "POST /v1/register/organisation/entries");
  answer = cbor(wire::to_cbor(grant));
  CHECK(client.register_grant("people")->file == grant.file);
  CHECK(asked_for == "GET /v1/register/people/grant");
  answer = "not CBOR";
  CHECK(code_of(client.register_grant("people")) == base::Code::kMalformed);
  CHECK(client.grant_register("people", {{grant}}));
  CHECK(asked_for == "POST /v1/register/people/grants");
  CHECK(client.miss_register_grant("people"));
  CHECK(asked_for == "POST /v1/register/people/grant/missed");
  CHECK(client.record_decisions({}));
  CHECK(asked_for == "POST /v1/decisions");
}

TEST_CASE("a part is held back by the pacer, and counted once however often it is sent") {
  World world;
  const base::Bytes part(100'000, 'p');
  int tries = 0;
  Server server([&](const Asked& asked) {
    CHECK(asked.body.size() == part.size());
    return Answer{++tries < 3 ? 503 : 204, "", {}};
  });
  client::Pacer pacer(world.clock, world.interrupt, 10'000);
  std::uint64_t counted = 0;
  const auto start = world.clock.steady();
  CHECK(world.client(server.url()).put_part("00ff", 7, part, pacer, [&](std::uint64_t bytes) {
    counted += bytes;
  }));
  CHECK(tries == 3);
  CHECK(counted == part.size());
  CHECK(world.clock.steady() - start >= base::milliseconds(29'900));
}

TEST_CASE("a transfer outlasts a relay that is away for a minute, but not one that is gone") {
  World world;
  const base::Bytes part(1'000, 'p');
  const auto start = world.clock.steady();
  const auto minute = base::milliseconds(60'000);
  Server server([&](const Asked&) {
    return Answer{world.clock.steady() - start < minute ? 503 : 204, "", {}};
  });
  CHECK(world.client(server.url()).put_part("00ff", 7, part, world.pacer, {}));
  const auto later = world.clock.steady();
  CHECK(code_of(world.client(testing::dead_url()).put_part("00ff", 7, part, world.pacer, {})) ==
        base::Code::kUnreachable);
  CHECK(world.clock.steady() - later >= minute);
  CHECK(world.clock.steady() - later <= 2 * minute);
}

TEST_CASE("a blob that comes in crumbs is given up: a few bytes are no sign of life") {
  World world;
  const std::string blob(1'000'000, 'b');
  int asked_times = 0;
  Server server([&](const Asked& asked) {
    ++asked_times;
    const auto range = range_of(asked);
    Answer answer{206, blob.substr(range.first, range.second - range.first + 1), {}};
    answer.cut_after = 10;
    return answer;
  });
  base::MemorySink sink;
  CHECK(code_of(world.client(server.url()).fetch_blob("00ff", 0, blob.size(), sink, world.pacer)) ==
        base::Code::kUnreachable);
  CHECK(asked_times <= client::kTransferBudget.tries);
}
