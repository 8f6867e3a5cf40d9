#include "crypto/random.hpp"

#include <sodium.h>

namespace sealpost::crypto {

void SystemRandom::fill(std::span<std::uint8_t> out) {
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

base::Bytes random_bytes(base::Random& random, std::size_t count) {
  base::Bytes out(count);
  random.fill(out);
  return out;
}

}  // namespace sealpost::crypto
