// The items of a backup, once it is decrypted: in one piece and in many.
#include <algorithm>

#include "flow/backup_items.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

namespace {

struct Seen {
  std::uint64_t items = 0;
  bool whole = false;
};

Seen read(base::ByteView bytes, std::size_t piece) {
  Seen seen;
  const auto count = [&](const auto&) -> base::Result<void> {
    ++seen.items;
    return {};
  };
  const flow::BackupVisitor visitor{[&](const flow::BackedDevice& device) { return count(device); },
                                    count, count, count, count};
  flow::BackupReader reader(visitor);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (!reader.write(bytes.subspan(at, std::min(piece, bytes.size() - at)))) return seen;
  }
  seen.whole = reader.finish().has_value();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView bytes(data, size);
  const Seen whole = read(bytes, std::max<std::size_t>(size, 1));
  const Seen pieces = read(bytes, 7);
  fuzz::require(whole.whole == pieces.whole && whole.items == pieces.items);
  return 0;
}
