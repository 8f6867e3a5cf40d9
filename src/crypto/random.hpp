// The operating system's random numbers behind the base::Random seam. Thread-safe.
#pragma once

#include "base/bytes.hpp"
#include "base/seams.hpp"

namespace sealpost::crypto {

class SystemRandom final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

// `count` random bytes that are not secret: ids, nonces, salts.
base::Bytes random_bytes(base::Random& random, std::size_t count);

}  // namespace sealpost::crypto
