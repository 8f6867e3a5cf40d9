#include "agent/keeper.hpp"

#include <doctest/doctest.h>

namespace sealpost::agent {
namespace {

using base::milliseconds;
using std::chrono::hours;
using std::chrono::minutes;

Keeper keeper(const Limits& limits) {
  return Keeper(crypto::SecretBytes(base::as_bytes("0123456789abcdef0123456789abcdef")), limits,
                milliseconds(0));
}

std::string text(const crypto::SecretBytes& answer) { return std::string(answer.expose_text()); }

TEST_CASE("the key is forgotten after a time without use, and use prolongs it") {
  Keeper kept = keeper({minutes(15), std::nullopt});
  CHECK(text(kept.answer(kAskKey, minutes(14))) == "+0123456789abcdef0123456789abcdef");
  CHECK_FALSE(kept.finished(minutes(28)));
  CHECK(kept.finished(minutes(29)));
  CHECK(kept.answer(kAskKey, minutes(29)).empty());
  CHECK(kept.answer(kAskKey, minutes(0)).empty());  // forgotten is forgotten
}

TEST_CASE("a total limit holds however much the key is used") {
  Keeper kept = keeper({minutes(15), hours(1)});
  for (int i = 1; i < 6; ++i) CHECK(kept.answer(kAskKey, minutes(10 * i)).size() == 33);
  CHECK(kept.left(minutes(50)) == minutes(10));
  CHECK(kept.answer(kAskKey, hours(1)).empty());
}

TEST_CASE("asking for the state, and looking, is no use of the key") {
  Keeper kept = keeper({minutes(15), hours(1)});
  const crypto::SecretBytes state = kept.answer(kAskState, minutes(10));
  REQUIRE(state.size() == 17);
  base::Reader reader(state.expose().subspan(1));
  CHECK(*reader.be(8) == 5U * 60'000);
  CHECK(*reader.be(8) == 50U * 60'000);
  CHECK(kept.answer(kPeekKey, minutes(14)).size() == 33);
  CHECK(kept.finished(minutes(15)));
}

TEST_CASE("lock forgets at once, and what is not understood is not answered") {
  Keeper kept = keeper({});
  CHECK(kept.answer('?', minutes(1)).empty());
  CHECK(text(kept.answer(kAskLock, minutes(1))) == "+");
  CHECK(kept.finished(minutes(1)));
  CHECK(kept.answer(kAskKey, minutes(1)).empty());
}

TEST_CASE("the time without use is lowered, never raised, and lowering is no use") {
  Keeper kept = keeper({minutes(15), std::nullopt});
  CHECK(text(kept.answer(kLowerIdle, minutes(1), minutes(5))) == "+");
  CHECK(text(kept.answer(kLowerIdle, minutes(1), hours(5))) == "+");
  CHECK(text(kept.answer(kLowerIdle, minutes(1), milliseconds(0))) == "+");
  CHECK(kept.left(minutes(1)) == minutes(4));
  CHECK(kept.finished(minutes(5)));
}

}  // namespace
}  // namespace sealpost::agent
