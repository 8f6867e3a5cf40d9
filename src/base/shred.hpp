// Files that are to be gone, as far as a program can do that: their bytes are overwritten in place
// before the name goes. A file system that copies on write, a flash drive or a backup may keep the
// old bytes: what is sealed must lose its key, which is why that is done first. Errors as in
// base/file.hpp; thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.hpp"

namespace sealpost::base {

// Zeros over the first `most` bytes of a regular file, as far as it has them, synced. A file that
// is not there is fine, one that is not regular stays as it is.
Result<void> overwrite_file(const std::filesystem::path& path, std::uint64_t most = UINT64_MAX);
// The same, and the name goes; of anything that is no regular file, only the name.
Result<void> destroy_file(const std::filesystem::path& path);
// Everything in the folder, but for the entry called `spared`, and folders inside with all that is
// in them. A folder that is not there is fine.
Result<void> destroy_within(const std::filesystem::path& folder, const std::string& spared);

}  // namespace sealpost::base
