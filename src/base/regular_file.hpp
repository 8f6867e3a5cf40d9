// Opening what has to be a regular file, without ever waiting for somebody at the other end.
#pragma once

#include "base/file.hpp"

namespace sealpost::base {

enum class Symlinks { kFollow, kRefuse };
// kUsage for a pipe, a folder, a device, and for a refused link; otherwise as open_read().
Result<Fd> open_regular(const std::filesystem::path& path, Symlinks symlinks);

}  // namespace sealpost::base
