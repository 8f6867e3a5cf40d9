// Receipt files (receipt/file.hpp).
#include "receipt/file.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::ByteView input(data, size);
  const auto file = receipt::parse_file(base::as_text(input));
  if (!file) return 0;
  // One spelling, and each event once in the order of the log.
  const auto again = receipt::format_file(*file);
  fuzz::require(again && *again == base::as_text(input));
  for (std::size_t i = 1; i < file->records.size(); ++i) {
    fuzz::require(file->records[i - 1].evidence.index < file->records[i].evidence.index);
  }
  return 0;
}
