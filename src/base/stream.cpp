#include "base/stream.hpp"

#include <algorithm>

namespace sealpost::base {

Result<std::size_t> read_full(ByteSource& source, std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    TRY(const std::size_t count, source.read(out.subspan(done)));
    if (count == 0) break;
    done += count;
  }
  return done;
}

Result<std::size_t> MemorySource::read(std::span<std::uint8_t> out) {
  const std::size_t count = std::min(out.size(), rest_.size());
  std::copy_n(rest_.begin(), count, out.begin());
  rest_ = rest_.subspan(count);
  return count;
}

}  // namespace sealpost::base
