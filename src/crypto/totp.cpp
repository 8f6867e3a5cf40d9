#include "crypto/totp.hpp"

#include <liboath/oath.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace sealpost::crypto {
namespace {

constexpr std::chrono::seconds kStep{30};

// Once, before anything else of the library, whichever thread comes first.
void start() {
  static const int started = oath_init();
  if (started != OATH_OK) std::abort();
}

}  // namespace

std::uint64_t totp_step(base::Time time) {
  const auto steps = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()) / kStep;
  return static_cast<std::uint64_t>(std::max<std::chrono::seconds::rep>(steps, 0));
}

std::string totp_code(base::ByteView secret, std::uint64_t step, unsigned digits) {
  start();
  std::array<char, 16> code{};
  const auto* key = reinterpret_cast<const char*>(secret.data());
  // Fails for impossible numbers of digits, and when memory is gone.
  if (oath_hotp_generate(key, secret.size(), step, digits, false, OATH_HOTP_DYNAMIC_TRUNCATION,
                         code.data()) != OATH_OK) {
    std::abort();
  }
  return code.data();
}

}  // namespace sealpost::crypto
