// Feeds every file of the folders and files given as arguments to the target, and each of their
// prefixes and one-bit neighbours, so that the ordinary test run sees truncated and flipped input
// too.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "base/file.hpp"
#include "tests/fuzz/target.hpp"

namespace {

namespace fs = std::filesystem;
using sealpost::base::Bytes;

constexpr std::size_t kMaxInput = 16 << 20;
// Neighbours are tried at up to this many places of each file.
constexpr std::size_t kPlaces = 256;

void feed(const Bytes& bytes) {
  // An allocation of exactly this size lets the sanitizers see a read past the end.
  const Bytes exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

void feed_neighbours(Bytes bytes) {
  const std::size_t step = std::max<std::size_t>(1, bytes.size() / kPlaces);
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    feed(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(i)));
    const auto flipped = static_cast<std::uint8_t>(1U << (i % 8));
    bytes[i] ^= flipped;
    feed(bytes);
    bytes[i] ^= flipped;
  }
}

bool replay(const fs::path& path) {
  const auto bytes = sealpost::base::read_file(path, kMaxInput);
  if (!bytes) {
    std::fprintf(stderr, "replay: %s\n", bytes.error().text.c_str());
    return false;
  }
  feed(*bytes);
  feed_neighbours(*bytes);
  return true;
}

std::vector<fs::path> inputs(int argc, char** argv) {
  std::vector<fs::path> found;
  for (int i = 1; i < argc; ++i) {
    if (!fs::is_directory(argv[i])) {
      found.emplace_back(argv[i]);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(argv[i])) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<fs::path> found = inputs(argc, argv);
  feed({});
  const bool ok = std::all_of(found.begin(), found.end(), replay);
  std::printf("replayed %zu inputs\n", found.size());
  return ok && !found.empty() ? 0 : 1;
}
