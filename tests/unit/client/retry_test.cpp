#include "base/retry.hpp"

#include <doctest/doctest.h>

#include "client/verdict.hpp"
#include "support/fakes.hpp"
#include "wire/problem.hpp"
#include "world.hpp"

using namespace sealpost;
using namespace sealpost::client;
using base::milliseconds;
using base::Retry;

namespace {

Verdict judged(int status, std::string_view body = "") {
  return judge(Response{status, base::to_bytes(body), {}});
}

}  // namespace

TEST_CASE("there are four tries, with growing pauses, within ten seconds") {
  testing::FakeClock clock;
  const testing::FakeInterrupt interrupt;
  Retry retry(clock, interrupt, kRequestBudget);
  const milliseconds start = clock.steady();
  milliseconds last{0};
  for (int tries = 1; tries < 4; ++tries) {
    const milliseconds before = clock.steady();
    CHECK(retry.again());
    CHECK(clock.steady() - before > last);
    last = clock.steady() - before;
  }
  CHECK(!retry.again());
  CHECK(clock.steady() - start <= milliseconds(10'000));
}

TEST_CASE("a try that took long leaves no time for others") {
  testing::FakeClock clock;
  const testing::FakeInterrupt interrupt;
  Retry retry(clock, interrupt, kRequestBudget);
  clock.advance(milliseconds(9'900));
  CHECK(!retry.again());
  retry.reset();
  CHECK(retry.again());
}

TEST_CASE("the relay's own pause is kept, or nothing is tried") {
  testing::FakeClock clock;
  const testing::FakeInterrupt interrupt;
  Retry retry(clock, interrupt, kRequestBudget);
  const milliseconds start = clock.steady();
  CHECK(retry.again(3));
  CHECK(clock.steady() - start == milliseconds(3'000));
  CHECK(!retry.again(60));
  CHECK(!retry.again(UINT64_MAX));
}

TEST_CASE("who is asked to stop does not try again") {
  testing::FakeClock clock;
  testing::FakeInterrupt interrupt;
  interrupt.stop = true;
  Retry retry(clock, interrupt, kRequestBudget);
  CHECK(!retry.again());
}

TEST_CASE("each answer becomes its code, and only what may pass is repeatable") {
  CHECK(judged(200).fine);
  CHECK(judged(206).fine);
  CHECK(judged(503).error.code == base::Code::kBusy);
  CHECK(judged(503).repeatable);
  CHECK(judged(429).error.code == base::Code::kBusy);
  CHECK(judged(429).repeatable);
  CHECK(!judged(500).repeatable);
  CHECK(judged(302).error.text.find("redirect") != std::string::npos);
  CHECK(judge(base::Error{base::Code::kUnreachable, "", ""}).repeatable);
  CHECK(!judge(base::Error{base::Code::kVerificationFailed, "", ""}).repeatable);
  for (const auto code : {base::Code::kDenied, base::Code::kRevoked, base::Code::kLocked,
                          base::Code::kNotFound, base::Code::kConflict, base::Code::kNoSpace}) {
    const auto problem = wire::to_problem({code, "a sentence", "a hint"});
    const Verdict verdict = judged(wire::http_status(code), problem);
    CHECK(verdict.error.code == code);
    CHECK(verdict.error.text == "the relay says: a sentence");
    CHECK(!verdict.repeatable);
  }
}
