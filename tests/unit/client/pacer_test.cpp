#include "client/pacer.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "world.hpp"

using namespace sealpost;
using base::milliseconds;
using client::Pacer;

namespace {

struct Scene {
  testing::SharedClock clock;
  testing::FakeInterrupt interrupt;
  milliseconds start = clock.steady();
  milliseconds elapsed() const { return clock.steady() - start; }
};

}  // namespace

TEST_CASE("as many bytes pass as the rate allows, and no more") {
  Scene scene;
  Pacer pacer(scene.clock, scene.interrupt, 1'000'000);
  for (int i = 0; i < 100; ++i) pacer.pass(50'000);
  CHECK(scene.elapsed() >= milliseconds(4'950));
  CHECK(scene.elapsed() <= milliseconds(5'001));
}

TEST_CASE("small pieces add up exactly") {
  Scene scene;
  Pacer pacer(scene.clock, scene.interrupt, 3'000);
  for (int i = 0; i < 3'000; ++i) pacer.pass(7);
  CHECK(scene.elapsed() >= milliseconds(6'950));
  CHECK(scene.elapsed() <= milliseconds(7'001));
}

TEST_CASE("the limit holds for all connections together") {
  Scene scene;
  Pacer pacer(scene.clock, scene.interrupt, 100'000);
  std::vector<std::thread> connections;
  for (int i = 0; i < 3; ++i) {
    connections.emplace_back([&pacer] {
      for (int piece = 0; piece < 100; ++piece) pacer.pass(1'000);
    });
  }
  for (std::thread& connection : connections) connection.join();
  CHECK(scene.elapsed() >= milliseconds(2'950));
}

TEST_CASE("silence is not made up for by a burst") {
  Scene scene;
  Pacer pacer(scene.clock, scene.interrupt, 1'000);
  pacer.pass(1'000);
  scene.clock.sleep(milliseconds(60'000));
  const milliseconds before = scene.elapsed();
  pacer.pass(2'000);
  CHECK(scene.elapsed() - before >= milliseconds(1'950));
}

TEST_CASE("without a limit nobody waits, and who is asked to stop does not either") {
  Scene scene;
  Pacer free(scene.clock, scene.interrupt, 0);
  free.pass(std::size_t{1} << 40);
  CHECK(free.piece() == 0);
  Pacer slow(scene.clock, scene.interrupt, 1'024);
  scene.interrupt.stop = true;
  slow.pass(1 << 30);
  CHECK(scene.elapsed() == milliseconds(0));
}

TEST_CASE("pieces are so small that a connection is never silent for long") {
  Scene scene;
  for (const std::uint64_t rate : {1'024ULL, 20'480ULL, 1'000'000ULL, 1ULL << 40}) {
    const std::size_t piece = Pacer(scene.clock, scene.interrupt, rate).piece();
    CHECK(piece >= 256);
    CHECK(piece <= 65'536);
    CHECK(piece <= std::max<std::uint64_t>(rate / 4, 256));
  }
}
