// The engine's threads and bounds, without the server.
#include "relay/engine.hpp"

#include <doctest/doctest.h>

#include <future>
#include <stdexcept>

#include "house.hpp"

using namespace sealpost;
using namespace sealpost::testing;

namespace {

relay::Change staging() {
  return [](relay::Unit&) -> base::Result<relay::Written> {
    return relay::Written{relay::Reply{}, relay::Record::staging()};
  };
}

// Queues itself again and again, so that the writer's queue is never empty.
void keep_busy(relay::Engine& engine, const std::atomic<bool>& enough) {
  relay::Task task;
  task.change = staging();
  task.done = [&engine, &enough](const base::Result<relay::Reply>&) {
    if (!enough) keep_busy(engine, enough);
  };
  engine.writer.submit(std::move(task));
}

}  // namespace

TEST_CASE("who asks for a checkpoint gets it although changes keep coming") {
  House house;
  house.stop();
  auto engine = relay::Engine::open(house.dir(), house.seams(), {});
  REQUIRE(engine.has_value());
  std::atomic<bool> enough{false};
  for (int i = 0; i < 2000; ++i) keep_busy(**engine, enough);
  std::promise<bool> answer;
  auto got = answer.get_future();
  (*engine)->writer.fresh_checkpoint(
      [&](const base::Result<relay::Checkpoints::Published>& published) {
        answer.set_value(published.has_value());
      });
  const bool in_time = got.wait_for(std::chrono::minutes(1)) == std::future_status::ready;
  CHECK(in_time);
  enough = true;
  CHECK(got.get());
}

TEST_CASE("what a library throws on a thread of the relay is counted, and the thread goes on") {
  House house;
  house.stop();
  auto engine = relay::Engine::open(house.dir(), house.seams(), {});
  REQUIRE(engine.has_value());
  REQUIRE((*engine)->worker.post([] { throw std::runtime_error("no memory"); }));
  std::promise<void> next;
  REQUIRE((*engine)->worker.post([&] { next.set_value(); }));
  next.get_future().wait();
  relay::Task task;
  task.change = staging();
  task.done = [](const base::Result<relay::Reply>&) { throw std::runtime_error("no memory"); };
  (*engine)->writer.submit(std::move(task));
  CHECK((*engine)->run(staging()).has_value());
  CHECK((*engine)->metrics.text().find("sealpost_exceptions_total 2") != std::string::npos);
}

TEST_CASE("nonces are swept in steps until those that are out of date are gone") {
  House house;
  house.stop();
  auto engine = relay::Engine::open(house.dir(), house.seams(), {});
  REQUIRE(engine.has_value());
  std::vector<std::size_t> removed;
  const auto step = [&](relay::Unit& unit) -> base::Result<relay::Written> {
    for (const char* nonce : {"a", "b", "c"}) {
      TRY(unit.store.remember_nonce(kLee, nonce, unit.now));
    }
    for (int i = 0; i < 3; ++i) {
      TRY(const std::size_t count, unit.store.remove_nonces(unit.now + kDay, 2));
      removed.push_back(count);
    }
    return relay::Written{relay::Reply{}, relay::Record::staging()};
  };
  CHECK((*engine)->run(step).has_value());
  CHECK(removed == std::vector<std::size_t>{2, 1, 0});
}

TEST_CASE("a budget is bounded in all and for each") {
  relay::Budget budget(100, 60);
  CHECK(budget.take("lee", 60));
  CHECK_FALSE(budget.take("lee", 1));
  CHECK(budget.take("lee", 0));
  CHECK_FALSE(budget.take("kim", 41));
  CHECK(budget.take("kim", 40));
  budget.give_back("lee", 60);
  CHECK(budget.take("kim", 20));
  CHECK_FALSE(budget.take("kim", 1));
}

TEST_CASE("a directory goes back to where the change or the group began") {
  House house;
  const auto& entries = house.chain.entries();
  relay::Directory directory(house.chain.root());
  REQUIRE(directory.append(entries[0]).has_value());
  directory.begin();
  directory.mark();
  REQUIRE(directory.append(entries[1]).has_value());
  directory.undo();
  CHECK(directory.size() == 1);
  directory.mark();
  REQUIRE(directory.append(entries[1]).has_value());
  directory.mark();
  REQUIRE(directory.append(entries[2]).has_value());
  REQUIRE(directory.append(entries[3]).has_value());
  directory.undo();
  CHECK(directory.size() == 2);
  directory.mark();
  directory.undo();
  CHECK(directory.size() == 2);
  REQUIRE(directory.append(entries[2]).has_value());
  directory.rollback();
  CHECK(directory.size() == 1);
  REQUIRE(directory.append(entries[1]).has_value());
  directory.commit();
  directory.begin();
  directory.rollback();
  CHECK(directory.size() == 2);
}
