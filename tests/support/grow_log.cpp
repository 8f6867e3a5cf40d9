// For scripts/bench: a long audit log, and what its rows are measured against.
//
//   grow_log append RELAY_DIR COUNT   events through the relay's writer, one task each, all durable
//   grow_log raw FILE COUNT           the same leaves by SQLite alone, in groups as large
//   grow_log tree MIRROR              the Merkle tree over a mirror's events, and nothing else
//
// Prints the seconds that this took, without opening and closing.
#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "crypto/random.hpp"
#include "merkle/checkpoint.hpp"
#include "merkle/tile.hpp"
#include "note/note.hpp"
#include "relay/engine.hpp"
#include "sqlite/sqlite.hpp"

namespace {

using namespace sealpost;

constexpr std::size_t kInFlight = 2048;
constexpr std::uint64_t kGroup = 512;  // as many as the relay commits at once

class RealClock final : public base::Clock {
 public:
  base::Time now() const override {
    return std::chrono::time_point_cast<base::milliseconds>(std::chrono::system_clock::now());
  }
  base::milliseconds steady() const override {
    return std::chrono::duration_cast<base::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
  void sleep(base::milliseconds) override {}
};

// A day of a hospital: messages that are sent, delivered and read.
audit::Event event_at(std::uint64_t number, base::Time at) {
  static constexpr std::array kNames{"message.send", "message.deliver", "message.read"};
  const std::uint64_t message = number / 3;
  const std::string sender = fmt::format("mercy.example/member{}/laptop", message % 500);
  const std::string reader = fmt::format("mercy.example/member{}/phone", (message * 7 + 1) % 500);
  audit::Event event;
  event.at = at;
  event.event = kNames[number % 3];
  event.actor = number % 3 == 0 ? sender : reader;
  event.message = fmt::format("0193aaaa-0000-7000-8000-{:012x}", message);
  event.objects = {number % 3 == 0 ? reader : sender};
  event.purpose = message % 4 == 0 ? "test-results" : "general";
  event.address = fmt::format("192.0.2.{}", message % 200);
  event.details["statement"] = fmt::format("{:064x}", number * 2654435761U);
  event.request = fmt::format("{:064x}", number * 40503U + 7);
  return event;
}

template <typename Work>
double seconds_of(Work work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

[[noreturn]] void fail(const std::string& why) {
  fmt::print(stderr, "grow_log: {}\n", why);
  std::exit(1);
}

template <typename T>
T must(base::Result<T> result) {
  if (!result) fail(result.error().text);
  return *std::move(result);
}
void must(const base::Result<void>& result) {
  if (!result) fail(result.error().text);
}

// As many as there may be under way, so that the writer always has a full group.
void append_all(relay::Engine& engine, std::uint64_t count) {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t under_way = 0;
  for (std::uint64_t number = 0; number < count; ++number) {
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return under_way < kInFlight; });
      ++under_way;
    }
    relay::Task task;
    task.change = [number](relay::Unit& unit) -> base::Result<relay::Written> {
      return relay::Written{{}, relay::Record::of(relay::Fact{event_at(number, unit.now)})};
    };
    task.done = [&](const base::Result<relay::Reply>& reply) {
      must(reply ? base::Result<void>() : base::Result<void>(reply.error()));
      const std::lock_guard lock(mutex);
      --under_way;
      changed.notify_one();
    };
    engine.writer.submit(std::move(task));
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return under_way == 0; });
}

double append(const std::string& dir, std::uint64_t count) {
  RealClock clock;
  crypto::SystemRandom random;
  const auto engine = must(relay::Engine::open(dir, {clock, random}, [](std::string_view) {}));
  const double seconds = seconds_of([&] { append_all(*engine, count); });
  engine->close();
  return seconds;
}

double raw(const std::string& file, std::uint64_t count) {
  sqlite::Database database = must(sqlite::Database::open(file, false));
  must(database.value("PRAGMA journal_mode = WAL"));
  must(
      database.run("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
                   "CREATE TABLE leaves(id INTEGER PRIMARY KEY, leaf BLOB NOT NULL)"));
  const base::Time now = RealClock().now();
  return seconds_of([&] {
    for (std::uint64_t number = 0; number < count; ++number) {
      if (number % kGroup == 0) must(database.run("BEGIN IMMEDIATE"));
      const base::Bytes leaf = must(audit::to_leaf(event_at(number, now)));
      sqlite::Query query = must(database.query("INSERT INTO leaves(id, leaf) VALUES(?, ?)"));
      query.bind(number).bind(base::ByteView(leaf));
      must(query.run());
      if (number % kGroup == kGroup - 1 || number + 1 == count) must(database.run("COMMIT"));
    }
  });
}

double tree(const std::filesystem::path& mirror) {
  const base::Bytes bytes = must(base::read_file(mirror / "checkpoint", 1 << 20));
  const note::Note signed_note = must(note::parse(base::as_text(bytes)));
  const std::uint64_t size = must(merkle::parse_checkpoint(signed_note.text)).size;
  std::vector<base::Bytes> entries;
  for (std::uint64_t number = 0; number * merkle::kTileWidth < size; ++number) {
    const std::uint64_t width = std::min(merkle::kTileWidth, size - number * merkle::kTileWidth);
    const auto path = mirror / merkle::tile_path({-1, number, width});
    for (base::Bytes& entry : must(merkle::split_bundle(must(base::read_file(path, 17 << 20))))) {
      entries.push_back(std::move(entry));
    }
  }
  return seconds_of([&] {
    merkle::Frontier frontier;
    for (const base::Bytes& entry : entries) frontier.append(merkle::leaf_hash(entry));
    if (frontier.size() != size) fail("the mirror is not whole");
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 2 && words[0] == "tree") {
    fmt::print("{:.6f}\n", tree(words[1]));
    return 0;
  }
  if (words.size() != 3 || (words[0] != "append" && words[0] != "raw")) {
    fail("append RELAY_DIR COUNT, raw FILE COUNT or tree MIRROR");
  }
  const std::uint64_t count = must(base::parse_decimal(words[2]));
  fmt::print("{:.6f}\n", words[0] == "append" ? append(words[1], count) : raw(words[1], count));
  return 0;
}
