// A time after which nothing is waited for.
#include "flow/deadline.hpp"

#include <doctest/doctest.h>

#include "support/fakes.hpp"

using namespace sealpost;
using std::chrono::seconds;

namespace {

class Switch final : public base::Interrupt {
 public:
  bool requested() const override { return on; }
  bool on = false;
};

}  // namespace

TEST_CASE("what waits on behalf of a deadline is asked to stop when it is over, and not before") {
  testing::FakeClock clock;
  testing::FakeRandom random;
  Switch stop;
  const flow::Context outer{clock, random, stop};
  flow::Deadline deadline(outer, seconds(10));
  const base::Interrupt& interrupt = deadline.context().interrupt;
  CHECK_FALSE(interrupt.requested());
  CHECK(deadline.left() == seconds(10));
  clock.advance(seconds(9));
  CHECK_FALSE(interrupt.requested());
  stop.on = true;
  CHECK(interrupt.requested());
  stop.on = false;
  clock.advance(seconds(1));
  CHECK(interrupt.requested());
  CHECK(deadline.left() == seconds(0));
}

TEST_CASE("no pause outlasts a deadline") {
  testing::FakeClock clock;
  testing::FakeRandom random;
  Switch stop;
  const flow::Context outer{clock, random, stop};
  flow::Deadline deadline(outer, seconds(10));
  const base::milliseconds begun = clock.steady();
  deadline.context().clock.sleep(seconds(4));
  CHECK(clock.steady() - begun == seconds(4));
  deadline.context().clock.sleep(seconds(3600));
  CHECK(clock.steady() - begun == seconds(10));
  deadline.context().clock.sleep(seconds(3600));
  CHECK(clock.steady() - begun == seconds(10));
}
