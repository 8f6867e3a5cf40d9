#include "cmd/kdf.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMebibyte = 1 << 20;
constexpr std::size_t kGibibyte = 1 << 30;

base::Error out_of_bounds(std::string_view what) {
  return {
      base::Code::kUsage, std::string(what),
      "the least is --kdf-memory 256M --kdf-passes 3, which takes about half a second; the most "
      "4G and 64"};
}

}  // namespace

base::Result<vault::Tuning> tuning_of(const KdfOptions& options) {
  std::string_view digits = options.memory;
  const char unit = digits.empty() ? ' ' : digits.back();
  if (unit != 'M' && unit != 'G') {
    return out_of_bounds("--kdf-memory is a size like 512M or 1G");
  }
  digits.remove_suffix(1);
  const auto count = base::parse_decimal(digits, vault::kMostTuning.memory / kMebibyte);
  if (!count) return out_of_bounds("--kdf-memory is a size like 512M or 1G");
  const vault::Tuning tuning{options.passes, *count * (unit == 'M' ? kMebibyte : kGibibyte)};
  if (tuning.memory < vault::kLeastTuning.memory || tuning.memory > vault::kMostTuning.memory) {
    return out_of_bounds("--kdf-memory is out of bounds");
  }
  if (tuning.passes < vault::kLeastTuning.passes || tuning.passes > vault::kMostTuning.passes) {
    return out_of_bounds("--kdf-passes is out of bounds");
  }
  return tuning;
}

void add_kdf_options(Verb verb, KdfOptions& options) {
  verb.add_option("--kdf-memory", options.memory,
                  "Memory that each guess of the passphrase takes [256M]")
      ->type_name("SIZE");
  verb.add_option("--kdf-passes", options.passes, "How often each guess goes through it [6]")
      ->type_name("N");
}

}  // namespace sealpost::cmd
