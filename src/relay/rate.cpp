#include "relay/rate.hpp"

#include <algorithm>

namespace sealpost::relay {

double RateLimit::refilled(const Bucket& bucket, base::milliseconds now) const {
  const double full = static_cast<double>(per_minute_);
  const double passed = static_cast<double>((now - bucket.at).count()) / 60000.0;
  return std::min(full, bucket.tokens + passed * full);
}

bool RateLimit::take(std::string_view name, base::milliseconds now) {
  const std::lock_guard lock(mutex_);
  auto at = buckets_.find(name);
  if (at == buckets_.end()) {
    const Bucket full{static_cast<double>(per_minute_), now};
    at = buckets_.emplace(std::string(name), full).first;
  }
  const double tokens = refilled(at->second, now);
  const bool enough = tokens >= 1;
  at->second = {enough ? tokens - 1 : tokens, now};
  return enough;
}

void RateLimit::forget_idle(base::milliseconds now) {
  const std::lock_guard lock(mutex_);
  const double full = static_cast<double>(per_minute_);
  std::erase_if(buckets_, [&](const auto& item) { return refilled(item.second, now) >= full; });
}

}  // namespace sealpost::relay
