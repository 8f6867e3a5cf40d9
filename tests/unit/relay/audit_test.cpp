// The log as an independent reader sees it: checkpoints, tiles, entries, events.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "base/encoding.hpp"
#include "house.hpp"
#include "merkle/checkpoint.hpp"
#include "merkle/tile.hpp"
#include "note/cosignature.hpp"
#include "search/event_index.hpp"
#include "wire/audit.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

merkle::Checkpoint open_checkpoint(const House& house, const std::string& text) {
  const auto note = note::parse(text);
  REQUIRE(note.has_value());
  REQUIRE(note::signed_by(*note, house.log()));
  return merkle::parse_checkpoint(note->text).value();
}

base::Bytes fetch(House& house, const std::string& who, const merkle::TileId& tile) {
  const HttpAnswer answer = house.ask(who, "GET", "/v1/audit/" + merkle::tile_path(tile));
  REQUIRE_MESSAGE(answer.status == 200, merkle::tile_path(tile));
  return answer.body;
}

std::vector<base::Bytes> all_leaves(House& house, std::uint64_t size) {
  std::vector<base::Bytes> out;
  for (std::uint64_t i = 0; out.size() < size; ++i) {
    merkle::TileId tile = merkle::tile_at(size, 0, i);
    tile.level = -1;
    auto leaves = merkle::split_bundle(fetch(house, kAuditor, tile)).value();
    std::move(leaves.begin(), leaves.end(), std::back_inserter(out));
  }
  return out;
}

audit::Event other_event() {
  audit::Event event;
  event.event = "service.start";
  event.actor = "other.example/relay";
  return event;
}

void send_many(House& house, int from, int count) {
  wire::Submissions batch;
  for (int i = from; i < from + count; ++i) batch.messages.push_back(house.message(i));
  REQUIRE(house.ask(kLee, "POST", "/v1/messages", wire::to_cbor(batch)).status == 200);
}

}  // namespace

TEST_CASE("a checkpoint covers every event that was answered before it was asked for") {
  House house;
  const auto before = open_checkpoint(house, house.checkpoint());
  CHECK(before.origin == house.log().name());
  house.submit(kLee, house.message(1));
  const auto after = open_checkpoint(house, house.checkpoint());
  CHECK(after.size == before.size + 1);
  CHECK(house.checkpoint() == house.checkpoint());
}

TEST_CASE("a checkpoint says when it was handed out, under the log's own key") {
  House house;
  const note::Cosigner relay = note::Cosigner::of(house.log());
  const auto shown = [&] {
    return note::cosigned_at(note::parse(house.checkpoint()).value(), relay).value();
  };
  CHECK(shown() == house.clock.now());
  house.clock.advance(std::chrono::hours(1));
  CHECK(shown() == house.clock.now());  // nothing happened meanwhile
}

TEST_CASE("without being asked for, a checkpoint follows") {
  House house;
  const std::uint64_t size = open_checkpoint(house, house.checkpoint()).size;
  house.submit(kLee, house.message(1));
  const std::string grown = "/v1/audit/" + merkle::tile_path({0, 0, size + 1});
  CHECK(eventually([&] { return house.ask(kAuditor, "GET", grown).status == 200; }));
}

TEST_CASE("the root over all served entries is the checkpoint's, over several tiles") {
  House house;
  send_many(house, 1, 200);
  send_many(house, 201, 200);
  const auto old = open_checkpoint(house, house.checkpoint());
  send_many(house, 401, 150);
  const auto checkpoint = open_checkpoint(house, house.checkpoint());
  REQUIRE(checkpoint.size > 512);
  merkle::Frontier frontier;
  const auto leaves = all_leaves(house, checkpoint.size);
  for (const base::Bytes& leaf : leaves) frontier.append(merkle::leaf_hash(leaf));
  CHECK(frontier.root() == checkpoint.root);

  const merkle::TileReader tiles = [&](const merkle::TileId& tile) {
    return base::Result<base::Bytes>(fetch(house, kLee, tile));
  };
  const auto nodes = merkle::nodes_from_tiles(checkpoint.size, tiles);
  CHECK(merkle::read_root(checkpoint.size, nodes).value() == checkpoint.root);
  const auto proof = merkle::consistency_proof(old.size, checkpoint.size, nodes).value();
  CHECK(merkle::verify_consistency(old.size, old.root, checkpoint.size, checkpoint.root, proof)
            .has_value());
  const auto path = merkle::inclusion_proof(300, checkpoint.size, nodes).value();
  CHECK(merkle::verify_inclusion(300, checkpoint.size, merkle::leaf_hash(leaves[300]), path,
                                 checkpoint.root)
            .has_value());
}

TEST_CASE("tiles of older, narrower trees stay available; wider ones do not exist") {
  House house;
  const auto checkpoint = open_checkpoint(house, house.checkpoint());
  const auto wide = fetch(house, kLee, {0, 0, checkpoint.size});
  const auto narrow = fetch(house, kLee, {0, 0, 3});
  CHECK(narrow == base::Bytes(wide.begin(), wide.begin() + 96));
  const merkle::TileId wider{0, 0, checkpoint.size + 1};
  CHECK(house.ask(kLee, "GET", "/v1/audit/" + merkle::tile_path(wider)).status == 404);
  CHECK(house.ask(kLee, "GET", "/v1/audit/tile/0/00").status == 400);
  CHECK(house.ask(kLee, "GET", "/v1/audit/tile/9/000").status == 400);
}

TEST_CASE("events are filtered, paged and bounded in time") {
  House house;
  send_many(house, 1, 3);
  house.clock.advance(std::chrono::minutes(10));
  const base::Time later = house.clock.now();
  send_many(house, 4, 2);
  house.checkpoint();
  const auto query = [&](const std::string& text) {
    const HttpAnswer answer = house.ask(kAuditor, "GET", "/v1/audit/events?" + text);
    REQUIRE_MESSAGE(answer.status == 200, answer.text());
    return wire::parse_audit_entries(answer.body).value();
  };
  CHECK(query("event=message.send").entries.size() == 5);
  CHECK(query("object=" + house.message(2).id).entries.size() == 1);
  CHECK(query("event=message.*&since=2026-11-21T12:05:00Z").entries.size() == 2);
  CHECK(query("event=message.%2A&until=2026-11-21T12:05:00Z").entries.size() == 3);
  const auto first = query("event=message.send&limit=2");
  REQUIRE(first.entries.size() == 2);
  CHECK(first.more);
  const auto rest = query("event=message.send&after=" + std::to_string(first.next));
  CHECK(rest.entries.size() == 3);
  CHECK_FALSE(rest.more);
  CHECK(audit::parse_leaf(rest.entries.back().leaf).value().at == later);
  CHECK(query("after=99999").entries.empty());
  CHECK(house.ask(kAuditor, "GET", "/v1/audit/events?colour=red").status == 400);
  CHECK(house.ask(kAuditor, "GET", "/v1/audit/events?limit=0").status == 400);
}

TEST_CASE("with the index and without it, a query has the same answer") {
  House house;
  send_many(house, 1, 200);
  send_many(house, 201, 60);
  const std::uint64_t size = open_checkpoint(house, house.checkpoint()).size;
  const std::vector<std::string> queries{"event=message.send",
                                         "event=message.*&limit=7",
                                         "actor=dr.lee",
                                         "actor=" + base::percent_encode(kLee),
                                         "object=" + house.message(77).id,
                                         "purpose=test-results",
                                         "object=" + base::percent_encode(kKim) + "&limit=1000",
                                         "address=127.0.0.1",
                                         "outcome=refused",
                                         "event=message.send&object=" + house.message(201).id,
                                         "event=device.*",
                                         "event=message.s*",
                                         "event=message.send&after=100",
                                         "until=2026-11-21T12:00:00Z"};
  const auto ask = [&](const std::string& text) {
    std::vector<std::uint64_t> out;
    std::string after;
    for (bool more = true; more;) {
      const HttpAnswer answer = house.ask(kAuditor, "GET", "/v1/audit/events?" + text + after);
      REQUIRE_MESSAGE(answer.status == 200, answer.text());
      const auto page = wire::parse_audit_entries(answer.body).value();
      for (const auto& entry : page.entries) {
        if (entry.index < size) out.push_back(entry.index);
      }
      more = page.more && text.find("after=") == std::string::npos;
      after = "&after=" + std::to_string(page.next);
    }
    return out;
  };
  const auto cover = [&] {
    auto index = search::EventIndex::open_to_read(house.dir() / "events.db");
    return index ? index->cover().value().size : 0;
  };
  REQUIRE(eventually([&] { return cover() >= size; }));
  std::vector<std::vector<std::uint64_t>> with;
  for (const std::string& query : queries) with.push_back(ask(query));
  CHECK(with[0].size() == 260);
  CHECK(with[4].size() == 1);
  // A relay whose index is gone looks at every event, until there is one again.
  house.stop();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(house.dir() / (std::string("events.db") + suffix));
  }
  std::filesystem::create_directory(house.dir() / "events.db");  // and there can be none
  house.start();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    CAPTURE(queries[i]);
    CHECK(ask(queries[i]) == with[i]);
  }
}

TEST_CASE("an index of another log is not believed") {
  House house;
  send_many(house, 1, 20);
  const std::uint64_t size = open_checkpoint(house, house.checkpoint()).size;
  house.stop();
  for (const char* suffix : {"-wal", "-shm"}) {
    std::filesystem::remove(house.dir() / (std::string("events.db") + suffix));
  }
  std::filesystem::remove(house.dir() / "events.db");
  {
    auto index = search::EventIndex::open_to_write(house.dir() / "events.db",
                                                   search::EventIndex::Sharing::kWithReaders)
                     .value();
    const std::vector<audit::Event> others(size, other_event());
    REQUIRE(index.add(0, others, "of another log").has_value());
  }
  house.start();
  CHECK(house.events("message.send").size() == 20);
}

TEST_CASE("a query is one event, however many pages it has, and every other query another") {
  House house;
  send_many(house, 1, 5);
  house.checkpoint();
  const auto ask = [&](const std::string& text) {
    const HttpAnswer answer = house.ask(kAuditor, "GET", "/v1/audit/events?" + text);
    REQUIRE_MESSAGE(answer.status == 200, answer.text());
    return wire::parse_audit_entries(answer.body).value();
  };
  // Looking is a query, too; it does not see itself.
  const auto queries = [&] { return house.events("audit.query").size(); };
  const std::size_t before = queries();
  const auto first = ask("event=message.send&limit=2");
  const auto second = ask("event=message.send&limit=2&after=" + std::to_string(first.next));
  const auto third = ask("event=message.send&limit=2&after=" + std::to_string(second.next));
  CHECK(third.entries.size() == 1);
  const std::size_t once = queries();
  CHECK(once == before + 2);  // the query, and looking
  // A page that was not the next one, another filter, another device: each is a query of its own.
  ask("event=message.send&limit=2&after=" + std::to_string(first.next));
  ask("event=message.*&limit=2&after=" + std::to_string(second.next));
  const auto events = house.events("audit.query");
  CHECK(events.size() == once + 3);
  CHECK(events.back().actor == kAuditor);
  CHECK(events.back().details.at("filter") ==
        "event=message.%2A&after=" + std::to_string(second.next));
  CHECK_FALSE(events.back().request.empty());
}

TEST_CASE("a page that is asked for again, as its answer was lost, is no other query") {
  House house;
  send_many(house, 1, 5);
  house.checkpoint();
  const std::string id = house.new_id();
  const auto ask = [&](const std::string& text, const std::string& under) {
    const HttpAnswer answer = house.ask(kAuditor, "GET",
                                        "/v1/audit/events?event=message.send&limit=2&" + text +
                                            (under.empty() ? "" : "&id=" + under));
    REQUIRE_MESSAGE(answer.status == 200, answer.text());
    return wire::parse_audit_entries(answer.body).value();
  };
  const auto queries = [&] { return house.events("audit.query").size() - 1; };  // but its own
  std::size_t before = queries() + 1;
  const auto first = ask("after=3", id);
  ask("after=3", id);
  const std::string next = "after=" + std::to_string(first.next);
  ask(next, id);
  ask(next, id);
  CHECK(queries() == before + 1);
  // Not what stands before where it began; nor without the id, nor under another.
  before = queries() + 1;
  ask("after=2", id);
  ask("after=3", "");
  ask("after=3", house.new_id());
  CHECK(queries() == before + 3);
  CHECK(house.ask(kAuditor, "GET", "/v1/audit/events?id=none").status == 400);
}

TEST_CASE("an export is recorded once for each id that its device chose") {
  House house;
  wire::AuditExport what{house.new_id(), crypto::sha256(base::as_bytes("file")), "csv", 3, ""};
  const auto record = [&](const std::string& who = kAuditor) {
    return house.ask(who, "POST", "/v1/audit/exports", wire::to_cbor(what)).status;
  };
  const auto events = [&] { return house.events("audit.export").size(); };
  CHECK(record() == 200);
  CHECK(record() == 200);
  CHECK(events() == 1);
  what.count = 4;
  CHECK(record() == 409);
  CHECK(events() == 1);
  what.id = house.new_id();
  CHECK(record() == 200);
  CHECK(record(kOlivia) == 200);
  CHECK(events() == 3);
  what.id = "none";
  CHECK(record() == 400);
  // An id counts for an hour.
  what.id = house.new_id();
  CHECK(record() == 200);
  house.clock.advance(std::chrono::hours(2));
  house.checkpoint();
  CHECK(eventually([&] { return record() == 200 && events() == 5; }));
}

TEST_CASE("a query that rested too long begins anew") {
  House house;
  send_many(house, 1, 5);
  house.checkpoint();
  const auto ask = [&](const std::string& text) {
    return wire::parse_audit_entries(
               house.ask(kAuditor, "GET", "/v1/audit/events?limit=2&" + text).body)
        .value();
  };
  const auto first = ask("event=message.send");
  const std::size_t before = house.events("audit.query").size();
  house.clock.advance(std::chrono::hours(2));
  ask("event=message.send&after=" + std::to_string(first.next));
  CHECK(house.events("audit.query").size() == before + 2);
}

TEST_CASE("copying the log is one event, told from the index where it begins") {
  House house;
  send_many(house, 1, 200);
  send_many(house, 201, 200);
  const auto checkpoint = open_checkpoint(house, house.checkpoint());
  all_leaves(house, checkpoint.size);
  CHECK(house.events("audit.read").size() == 1);
  all_leaves(house, open_checkpoint(house, house.checkpoint()).size);
  CHECK(house.events("audit.read").size() == 1);
  house.clock.advance(std::chrono::minutes(11));
  fetch(house, kAuditor, {-1, 1, 100});
  fetch(house, kAuditor, {-1, 0, merkle::kTileWidth});
  const auto events = house.events("audit.read");
  REQUIRE(events.size() == 3);
  CHECK(events[0].details.at("first") == "0");
  CHECK(events[1].details.at("first") == "256");
  CHECK(events[2].details.at("first") == "0");
}

TEST_CASE("times in the log never go back, whatever the clock does") {
  House house;
  house.clock.advance(std::chrono::hours(1));
  house.submit(kLee, house.message(1));
  house.clock.set_back(std::chrono::hours(1));
  house.submit(kLee, house.message(2));
  const auto events = house.events();
  for (std::size_t i = 1; i < events.size(); ++i) CHECK(events[i - 1].at <= events[i].at);
}
