#include "agent/keeper.hpp"

#include <algorithm>

namespace sealpost::agent {
namespace {

crypto::SecretBytes yes_and(base::ByteView rest) {
  crypto::SecretBytes answer(1 + rest.size());
  answer.expose_mutable().front() = kYes;
  std::copy(rest.begin(), rest.end(), answer.expose_mutable().begin() + 1);
  return answer;
}

std::uint64_t count_of(base::milliseconds span) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(span.count(), 0));
}

}  // namespace

base::milliseconds to_span(std::uint64_t count) {
  constexpr std::uint64_t kLongest = std::uint64_t{1} << 53;
  return base::milliseconds(static_cast<std::int64_t>(std::min(count, kLongest)));
}

Keeper::Keeper(crypto::SecretBytes key, const Limits& limits, base::milliseconds now)
    : key_(std::move(key)), limits_(limits), started_(now), used_(now) {}

base::milliseconds Keeper::left(base::milliseconds now) const {
  base::milliseconds span = used_ + limits_.idle - now;
  if (limits_.total) span = std::min(span, started_ + *limits_.total - now);
  return span;
}

bool Keeper::finished(base::milliseconds now) {
  if (left(now).count() <= 0) key_ = crypto::SecretBytes();
  return key_.empty();
}

crypto::SecretBytes Keeper::answer(std::uint8_t request, base::milliseconds now,
                                   base::milliseconds number) {
  if (finished(now)) return {};
  switch (request) {
    case kAskKey:
      used_ = now;
      return yes_and(key_.expose());
    case kPeekKey:
      return yes_and(key_.expose());
    case kAskState:
      return state(now);
    case kLowerIdle:
      if (number.count() > 0) limits_.idle = std::min(limits_.idle, number);
      return yes_and({});
    case kAskLock:
      key_ = crypto::SecretBytes();
      return yes_and({});
    default:
      return {};
  }
}

crypto::SecretBytes Keeper::state(base::milliseconds now) const {
  base::Bytes rest;
  base::append_be(rest, count_of(used_ + limits_.idle - now), 8);
  base::append_be(rest, limits_.total ? count_of(started_ + *limits_.total - now) : kNoLimit, 8);
  return yes_and(rest);
}

}  // namespace sealpost::agent
