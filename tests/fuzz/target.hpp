// What every fuzz target shares. A target is one file <name>.cpp that defines
// LLVMFuzzerTestOneInput for one parser of bytes from outside; beyond not crashing it checks with
// require() what must hold of whatever the parser accepted. The files of corpus/<name> are replayed
// by the ordinary test run (fuzz.<name>); scripts/fuzz looks for new ones with libFuzzer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace sealpost::fuzz {

inline void require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace sealpost::fuzz
