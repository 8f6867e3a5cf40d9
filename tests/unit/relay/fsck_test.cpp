// relay fsck: a sound folder is sound, and every kind of damage is found where it is.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>

#include "base/encoding.hpp"
#include "house.hpp"
#include "merkle/checkpoint.hpp"
#include "merkle/merkle.hpp"
#include "note/note.hpp"
#include "receipt/receipt.hpp"
#include "relay/folder.hpp"
#include "relay/fsck/fsck.hpp"
#include "relay/store/sqlite.hpp"
#include "support/fakes.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

const std::string kBlob = "00112233445566778899aabbccddeeff";
const std::string kBegun = "ff112233445566778899aabbccddeeff";
constexpr std::size_t kBlobSize = (2 << 20) + 1000;

void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &database) == SQLITE_OK);
  char* why = nullptr;
  const int status = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &why);
  CHECK_MESSAGE(status == SQLITE_OK, (why == nullptr ? "" : why));
  sqlite3_free(why);
  sqlite3_close(database);
}

struct Report {
  base::Result<relay::Examined> result;
  std::vector<std::string> damages;  // "part id"
  std::string words;                 // "part id what; " of each
};

Report examine(const std::filesystem::path& dir, bool quick = false) {
  std::vector<std::string> damages;
  std::string words;
  auto result = relay::fsck({dir, quick,
                             [&](const relay::Damage& damage) -> base::Result<void> {
                               CHECK_FALSE(damage.meaning.empty());
                               CHECK_FALSE(damage.remedy.empty());
                               damages.push_back(std::string(damage.part) + " " + damage.id);
                               words += damages.back() + " " + damage.what + "; ";
                               return {};
                             },
                             [](std::string_view, std::uint64_t) { return base::Result<void>(); }});
  return {std::move(result), std::move(damages), std::move(words)};
}

// The damage in this store is called so.
void expect_words(const std::filesystem::path& dir, std::string_view words) {
  CAPTURE(words);
  const Report report = examine(dir);
  REQUIRE(report.result.has_value());
  CHECK_MESSAGE(report.words.find(words) != std::string::npos, report.words.substr(0, 400));
}

void put_part(House& house, const std::string& id, const base::Bytes& bytes) {
  const std::string target = "/v1/blobs/" + id + "/parts/0";
  const auto headers = house.sign(kLee, "PUT", target, bytes, false);
  REQUIRE(HttpConnection(house.port()).ask("PUT", target, headers, bytes).status == 200);
}

void reserve(House& house, const std::string& id, std::uint64_t size) {
  const auto body = wire::to_cbor(wire::BlobReservation{id, size});
  REQUIRE(house.ask(kLee, "POST", "/v1/blobs", body).status == 200);
}

void upload(House& house) {
  base::Bytes content(kBlobSize);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * 7);
  reserve(house, kBlob, content.size());
  put_part(house, kBlob, content);
  wire::BlobCompletion completion;
  for (std::size_t at = 0; at < content.size(); at += 1 << 20) {
    const std::size_t count = std::min<std::size_t>(1 << 20, content.size() - at);
    completion.leaves.push_back(merkle::leaf_hash(base::ByteView(content).subspan(at, count)));
  }
  const std::string target = "/v1/blobs/" + kBlob + "/complete";
  REQUIRE(house.ask(kLee, "POST", target, wire::to_cbor(completion)).status == 200);
}

// A bit of everything: messages waiting, delivered, read and expired, an attachment, an upload that
// was begun, and more than one tile of leaves.
void live(House& house) {
  upload(house);
  reserve(house, kBegun, 500);
  put_part(house, kBegun, base::Bytes(500, 3));
  wire::Submission fleeting = house.message(900);
  fleeting.expires = house.clock.now() + std::chrono::minutes(1);
  REQUIRE(house.submit(kLee, fleeting).accepted);
  for (int i = 1; i <= 260; ++i) REQUIRE(house.submit(kLee, house.message(i)).accepted);
  wire::Submission with_file = house.message(500, {kKim, kOlivia});
  with_file.blobs = {kBlob};
  REQUIRE(house.submit(kLee, with_file).accepted);
  const auto delivered = house.receipt(with_file, kLee, kKim, receipt::State::kDelivered);
  const auto read = house.receipt(with_file, kLee, kKim, receipt::State::kRead);
  const auto post = [&](const std::string& target, const std::string& receipt) {
    const auto body = wire::to_cbor(wire::ReceiptBatch{{receipt}});
    REQUIRE(house.ask(kKim, "POST", target, body).status == 200);
  };
  post("/v1/inbox/acknowledge", delivered);
  post("/v1/receipts", read);
  house.checkpoint();
  house.stop();
  house.clock.advance(std::chrono::minutes(2));
  house.start();  // sweeps what has expired
  house.checkpoint();
  house.stop();
}

// One lively relay for all tests here; each damages a copy.
struct Copies {
  House house;
  Copies() { live(house); }
  std::filesystem::path take() {
    const auto copy = house.dir().parent_path() / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(house.dir(), copy, std::filesystem::copy_options::recursive);
    return copy;
  }
};

std::string in_hex(base::ByteView bytes) { return "x'" + base::to_hex(bytes) + "'"; }

// The relay itself is the liar: what it says is changed and signed again.
class Resigned {
 public:
  explicit Resigned(std::filesystem::path dir)
      : dir_(std::move(dir)), key_(relay::read_log_key({dir_}).value()) {}

  void checkpoint(const std::function<void(merkle::Checkpoint&)>& change) {
    merkle::Checkpoint stored =
        merkle::parse_checkpoint(
            note::parse(fact("SELECT value FROM facts WHERE name = 'checkpoint'"))->text)
            .value();
    change(stored);
    const std::string text = note::sign(merkle::format_checkpoint(stored), key_);
    run_sql(dir_ / "relay.db", "UPDATE facts SET value = CAST(" + in_hex(base::as_bytes(text)) +
                                   " AS TEXT) WHERE name = 'checkpoint'");
  }

  void receipt(const std::function<void(receipt::Receipt&)>& change) {
    receipt::Receipt said =
        receipt::parse(note::parse(fact("SELECT statement FROM evidence WHERE id = 7"))->text)
            .value();
    change(said);
    statement(note::sign(receipt::format(said).value(), key_));
  }

  void signed_twice() {
    const std::string once = fact("SELECT statement FROM evidence WHERE id = 7");
    const auto other =
        note::Signer::make("mercy.example/other", crypto::SigningKey::generate(random_));
    const std::string twice = note::sign(note::parse(once)->text, *other);
    statement(once + twice.substr(note::parse(twice)->text.size() + 1));
  }

 private:
  void statement(const std::string& text) {
    run_sql(dir_ / "relay.db", "UPDATE evidence SET statement = CAST(" +
                                   in_hex(base::as_bytes(text)) + " AS TEXT) WHERE id = 7");
  }
  std::string fact(const std::string& sql) const {
    auto database = relay::Database::open_unchanging(dir_ / "relay.db");
    REQUIRE(database.has_value());
    return database->value(sql).value();
  }

  std::filesystem::path dir_;
  note::Signer key_;
  testing::FakeRandom random_;
};

struct Case {
  std::string_view sql;
  std::string_view damage;  // one that must be reported
  std::size_t count = 1;    // how many damages in all
};

}  // namespace

TEST_CASE("fsck finds a sound folder sound, finds every damage, and changes nothing") {
  Copies copies;

  SUBCASE("sound") {
    const Report report = examine(copies.take());
    REQUIRE(report.result.has_value());
    for (const std::string& damage : report.damages) CHECK_MESSAGE(false, damage);
    const relay::Examined& found = *report.result;
    CHECK(found.damages == 0);
    CHECK(found.messages == 262);
    CHECK(found.leaves > 262);
    CHECK(found.checkpoint > 262);
    CHECK(found.tiles >= 3);
    CHECK(found.receipts == 262 + 2 + 1);
    CHECK(found.envelopes == 261);
    CHECK(found.payloads == 261);
    CHECK(found.trust_entries == copies.house.chain.size());
    CHECK(found.blobs == 2);
    CHECK(found.blob_bytes == kBlobSize);
  }

  SUBCASE("read only") {
    const auto dir = copies.take();
    const auto state = [&] {
      std::string out;
      for (const auto& file : std::filesystem::recursive_directory_iterator(dir)) {
        out += file.path().string();
        if (!file.is_regular_file()) continue;
        out += base::to_hex(crypto::sha256(base::read_file(file.path(), 1 << 30).value()));
      }
      return out;
    };
    const std::string before = state();
    CHECK(examine(dir).damages.empty());
    CHECK(state() == before);
  }

  SUBCASE("while it is served") {
    copies.house.start();
    const Report report = examine(copies.house.dir());
    REQUIRE_FALSE(report.result.has_value());
    CHECK(report.result.error().code == base::Code::kConflict);
    CHECK_FALSE(report.result.error().hint.empty());
  }

  SUBCASE("no relay") {
    CHECK(examine(copies.house.dir() / "nothing").result.error().code == base::Code::kNotFound);
  }

  SUBCASE("damaged rows") {
    const std::vector<Case> cases{
        {"DELETE FROM leaves WHERE id = 100", "leaf 100", 2},  // and the receipt it records
        {"DELETE FROM leaves WHERE id = (SELECT max(id) FROM leaves)", "leaf", 1},
        {"UPDATE leaves SET leaf = (SELECT leaf FROM leaves WHERE id = 101) WHERE id = 100",
         "leaf 100", 0},
        {"UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE id = 0", "tile 1/0", 0},
        {"DELETE FROM tiles WHERE id = 0", "tile 0/0", 1},
        {"DELETE FROM tiles WHERE id >> 56 = 1", "tile 1/0", 1},
        {"UPDATE tiles SET hashes = zeroblob(32) WHERE id >> 56 = 1", "tile 1/0", 1},
        {"INSERT INTO tiles VALUES(77, zeroblob(32))", "leaf", 0},
        {"UPDATE facts SET value = replace(value, '\n2', '\n1') WHERE name = 'checkpoint'",
         "checkpoint ", 1},
        {"DELETE FROM facts", "checkpoint ", 1},
        {"DROP INDEX messages_once", "store index messages_once", 1},
        {"DROP INDEX envelopes_of_device", "store index envelopes_of_device", 1},
        {"DROP INDEX evidence_once", "store index evidence_once", 1},
        {"DROP INDEX evidence_once; CREATE INDEX evidence_once ON evidence(message)",
         "store index evidence_once", 1},
        {"CREATE TRIGGER eats AFTER INSERT ON leaves BEGIN DELETE FROM tiles; END",
         "store trigger eats", 1},
        {"DROP TABLE payloads", "store table payloads", 0},
        {"DROP TABLE facts", "store table facts", 0},
        {"UPDATE trust SET entry = replace(entry, 'sealpost', 'Sealpost') WHERE number = 3",
         "trust 3", 0},
        {"DELETE FROM trust WHERE number = 2", "trust 2", 0},
        {"DELETE FROM trust_leaves WHERE number = 2", "trust 2", 1},
        {"UPDATE trust_leaves SET leaf = 9 WHERE number = 2", "trust 2", 1},
        {"UPDATE evidence SET statement = replace(statement, 'accepted', 'delivered') WHERE id = 7",
         "receipt", 2},
        {"UPDATE evidence SET leaf = leaf + 1 WHERE id = 7", "receipt", 2},
        {"UPDATE evidence SET leaf = 9999 WHERE state = 4", "receipt", 1},
        {"DELETE FROM evidence WHERE id = 7", "message", 2},
        {"DELETE FROM evidence WHERE state = 4", "leaf", 1},
        {"DELETE FROM evidence WHERE state = 1", "leaf", 1},
        {"DELETE FROM envelopes WHERE id = 9", "message", 1},
        {"UPDATE envelopes SET device = (SELECT id FROM names WHERE name LIKE '%olivia%') "
         "WHERE id = 9",
         "envelope", 2},
        {"UPDATE messages SET pending = 2 WHERE id = 9", "message", 1},
        {"UPDATE messages SET recipients = x'00' WHERE id = 9", "message", 0},
        {"DELETE FROM messages WHERE id = 9", "envelope", 0},
        {"DELETE FROM payloads WHERE id = 9", "payload", 1},
        {"INSERT INTO payloads VALUES(9999, x'00')", "payload 9999", 1},
        {"DELETE FROM names WHERE name LIKE '%dr.lee%'", "message", 0},
        {"DELETE FROM blobs WHERE complete = 1", "attachment", 0},
        {"UPDATE blob_leaves SET hashes = zeroblob(length(hashes))", "attachment", 1},
        {"DELETE FROM blob_leaves", "attachment", 1},
        {"INSERT INTO parts VALUES('ff112233445566778899aabbccddeeff', 3)", "attachment", 1},
        {"INSERT INTO parts VALUES('aa112233445566778899aabbccddeeff', 0)", "attachment", 1},
        {"UPDATE message_blobs SET message = 9999", "attachment", 1},
        {"UPDATE blobs SET complete = 0 WHERE complete = 1", "attachment", 0},
    };
    for (const Case& one : cases) {
      CAPTURE(one.sql);
      const auto dir = copies.take();
      run_sql(dir / "relay.db", std::string(one.sql));
      const Report report = examine(dir);
      REQUIRE(report.result.has_value());
      CHECK(report.result->damages == report.damages.size());
      std::string all;
      bool found = false;
      for (const std::string& damage : report.damages) {
        found = found || damage.starts_with(one.damage);
        all += damage + "; ";
      }
      all.resize(std::min<std::size_t>(all.size(), 300));
      CHECK_MESSAGE(found, all);
      if (one.count > 0) CHECK_MESSAGE(report.damages.size() == one.count, all);
    }
  }

  SUBCASE("each damage in its own words") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"UPDATE leaves SET leaf = (SELECT leaf FROM leaves WHERE id = 101) WHERE id = 100",
         "leaf 100 is not the one that its tile was made from"},
        {"UPDATE leaves SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"at\":\"2026', "
         "'\"at\":\"2025') AS BLOB) WHERE id = 100",
         "leaf 100 is older than the one before it"},
        {"UPDATE leaves SET leaf = CAST(replace(CAST(leaf AS TEXT), '\"trust\":\"2\"', "
         "'\"trust\":\"1\"') AS BLOB)",
         "records another entry of the trust chain under number 1"},
        {"UPDATE leaves SET leaf = (SELECT leaf FROM leaves WHERE CAST(leaf AS TEXT) LIKE "
         "'%\"trust\":\"2\"%') WHERE id = 100",
         "leaf 100 records an entry of the trust chain a second time"},
        {"UPDATE leaves SET leaf = (SELECT leaf FROM leaves WHERE id = 100) WHERE "
         "CAST(leaf AS TEXT) LIKE '%\"trust\":\"2\"%'",
         "trust 2 has no event in the log"},
        {"UPDATE leaves SET leaf = x'7b7d' WHERE id = 100; UPDATE tiles SET hashes = "
         "substr(hashes, 1, 3200) || " +
             in_hex(merkle::leaf_hash(base::as_bytes("{}"))) +
             " || substr(hashes, 3233) WHERE id = 0",
         "leaf 100 is out of form"},
        {"DELETE FROM leaves WHERE id = (SELECT max(id) FROM leaves); UPDATE tiles SET hashes = "
         "substr(hashes, 1, length(hashes) - 32) WHERE id = (SELECT max(id) FROM tiles WHERE id < "
         "1 << 56)",
         "checkpoint  covers "},
        {"UPDATE messages SET uuid = 'x' WHERE id = 9", "message x its id is out of form"},
        {"UPDATE messages SET sha256 = x'00' WHERE id = 9", "its hash is out of form"},
        {"UPDATE messages SET tag = x'00' WHERE id = 9", "its tag is out of form"},
        {"INSERT INTO parts VALUES('ff112233445566778899aabbccddeeff', 3)",
         "part 3 is noted, and it has no such part"},
        {"UPDATE blobs SET id = '../../relay.toml' WHERE complete = 1",
         "attachment ../../relay.toml its id is out of form"},
        {"UPDATE leaves SET leaf = CAST(replace(CAST(leaf AS TEXT), 'nurse.kim/', 'nurse.kin/') AS "
         "BLOB) "
         "WHERE id = (SELECT leaf FROM evidence WHERE id = 7)",
         "names other recipients than the message has"},
    };
    for (const auto& [sql, words] : cases) {
      CAPTURE(sql);
      const auto dir = copies.take();
      run_sql(dir / "relay.db", sql);
      expect_words(dir, words);
    }
  }

  SUBCASE("a relay that signs what is not so") {
    const auto bent = [&](const auto& bend, std::string_view words) {
      const auto dir = copies.take();
      Resigned relay(dir);
      bend(relay);
      expect_words(dir, words);
    };
    bent([](auto& relay) { relay.checkpoint([](auto& it) { it.root[0] ^= 1; }); },
         "checkpoint  its root is not that of the leaves");
    bent([](auto& relay) { relay.checkpoint([](auto& it) { it.origin = "mercy.example/two"; }); },
         "checkpoint  is another log's");
    bent([](auto& relay) { relay.checkpoint([](auto& it) { it.size += 1000; }); },
         "checkpoint  covers ");
    const std::string never_was = "it names a state of log or trust chain that never was";
    bent([](auto& relay) { relay.receipt([](auto& it) { it.log.size = 5000; }); }, never_was);
    bent([](auto& relay) { relay.receipt([](auto& it) { it.log.hash[0] ^= 1; }); },
         "records another statement than the one that is there");
    bent([](auto& relay) { relay.receipt([](auto& it) { it.trust.hash[0] ^= 1; }); }, never_was);
    bent([](auto& relay) { relay.receipt([](auto& it) { it.purpose = "test"; }); },
         "it is about another message than it lies with");
    bent([](auto& relay) { relay.signed_twice(); }, "its signature does not verify");
  }

  SUBCASE("damaged files") {
    const auto file_in = [&](const std::filesystem::path& dir) {
      return dir / "blobs" / "00" / kBlob;
    };
    const auto expect = [&](const std::filesystem::path& dir, bool found_when_quick) {
      CHECK(examine(dir).damages == std::vector<std::string>{"attachment " + kBlob});
      CHECK(examine(dir, true).damages.size() == (found_when_quick ? 1U : 0U));
    };
    auto dir = copies.take();
    std::filesystem::remove(file_in(dir));
    expect(dir, true);
    dir = copies.take();
    std::filesystem::resize_file(file_in(dir), kBlobSize - 1);
    expect(dir, true);
    dir = copies.take();
    std::fstream(file_in(dir), std::ios::in | std::ios::out | std::ios::binary).put('!');
    expect(dir, false);
    dir = copies.take();  // as long as it should be, and nothing in it
    std::filesystem::resize_file(file_in(dir), 0);
    std::filesystem::resize_file(file_in(dir), kBlobSize);
    expect(dir, true);
    dir = copies.take();
    std::filesystem::resize_file(dir / "blobs" / "ff" / kBegun, 0);
    CHECK(examine(dir).damages == std::vector<std::string>{"attachment " + kBegun});
    // What would wait for a writer for ever, and what leads elsewhere.
    dir = copies.take();
    for (const auto& file : {file_in(dir), dir / "blobs" / "ff" / kBegun}) {
      std::filesystem::remove(file);
      REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    }
    CHECK(examine(dir, true).damages ==
          std::vector<std::string>{"attachment " + kBlob, "attachment " + kBegun});
    dir = copies.take();
    std::filesystem::rename(file_in(dir), dir / "elsewhere");
    std::filesystem::create_symlink(dir / "elsewhere", file_in(dir));
    expect(dir, true);
  }

  SUBCASE("files that nobody speaks of are counted and are no damage") {
    const auto dir = copies.take();
    std::ofstream(dir / "blobs" / "00" / std::string(32, '0')) << "left over";
    const Report report = examine(dir);
    CHECK(report.damages.empty());
    CHECK(report.result->left_over == 1);
  }

  SUBCASE("bytes of the database") {
    auto dir = copies.take();
    std::fstream file(dir / "relay.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(40 * 4096);
    file << std::string(4096, 'x');
    file.close();
    const Report report = examine(dir);
    REQUIRE(report.result.has_value());
    CHECK(report.result->damages > 0);
    std::ofstream(dir / "relay.db") << std::string(8192, 'x');
    const Report nothing = examine(dir);
    REQUIRE(nothing.result.has_value());
    CHECK(nothing.damages.size() >= 1);
    CHECK(nothing.damages.front().starts_with("store"));
    std::ofstream(dir / "relay.db").flush();
    CHECK(examine(dir).damages == std::vector<std::string>{"store "});
    std::filesystem::remove(dir / "relay.db");
    CHECK(examine(dir).damages == std::vector<std::string>{"store "});
  }

  SUBCASE("a store that has lost its checkpoint or an index is not served") {
    for (const std::string sql : {"DELETE FROM facts", "DROP INDEX messages_once",
                                  "DROP INDEX evidence_once", "DROP TABLE payloads"}) {
      CAPTURE(sql);
      const auto dir = copies.take();
      run_sql(dir / "relay.db", sql);
      const auto server = relay::Server::start(dir, copies.house.seams(), {});
      REQUIRE_FALSE(server.has_value());
      CHECK(server.error().code == base::Code::kVerificationFailed);
      CHECK(server.error().hint.find("relay fsck") != std::string::npos);
    }
  }

  SUBCASE("no relay's folder: nothing is said about making one") {
    const Report report = examine(copies.house.dir() / "nothing");
    CHECK(report.result.error().code == base::Code::kNotFound);
    CHECK(report.result.error().hint.find("init") == std::string::npos);
  }

  SUBCASE("another log key") {
    const auto dir = copies.take();
    auto other = note::Signer::make("mercy.example/relay",
                                    crypto::SigningKey::generate(copies.house.random));
    REQUIRE(relay::write_log_key({dir}, *other).has_value());
    const Report report = examine(dir);
    CHECK(std::count(report.damages.begin(), report.damages.end(), "checkpoint ") == 1);
    CHECK(std::count(report.damages.begin(), report.damages.end(), "trust ") == 1);
  }
}
