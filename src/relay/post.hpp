// One HTTP POST to somebody who is not ours: bounded in time and in what is heard. Certificates are
// checked; plain HTTP only on loopback is the caller's to ensure. Thread-safe.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::relay {

struct Posted {
  int status = 0;
  std::string body;
};

// Ends early when `stop` becomes true. kUnreachable with a reason; an answer of any status is one.
base::Result<Posted> post(const std::string& url, const std::filesystem::path& ca_file,
                          std::string_view body, const std::atomic<bool>& stop);

}  // namespace sealpost::relay
