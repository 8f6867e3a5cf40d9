// How often each device may ask: a bucket of tokens per name, refilled evenly. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/seams.hpp"

namespace sealpost::relay {

class RateLimit {
 public:
  explicit RateLimit(std::uint64_t per_minute) : per_minute_(per_minute) {}
  // Takes a token at steady time `now`; false when there is none. A full bucket holds one minute.
  bool take(std::string_view name, base::milliseconds now);
  void forget_idle(base::milliseconds now);  // drops buckets that are full again

 private:
  struct Bucket {
    double tokens;
    base::milliseconds at;
  };
  double refilled(const Bucket& bucket, base::milliseconds now) const;
  std::uint64_t per_minute_;
  std::mutex mutex_;
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace sealpost::relay
