// Something that one process at a time does with a vault. A lease ends with its holder, however
// that ends: it is a lock of the system on a byte of a file beside the vault, which stays empty.
// Move-only.
#pragma once

#include <filesystem>
#include <optional>

#include "base/file.hpp"
#include "crypto/hash.hpp"

namespace sealpost::vault {

class Lease {
 public:
  // Nothing when somebody holds it, in this process or another. What the lease is for is told by a
  // keyed hash, so that the lock says nothing about it.
  static base::Result<std::optional<Lease>> take(const std::filesystem::path& vault,
                                                 const crypto::Digest& what);

 private:
  explicit Lease(base::Fd fd) : fd_(std::move(fd)) {}
  base::Fd fd_;
};

}  // namespace sealpost::vault
