// Work on a long stream in blocks, on several threads, in constant memory, with the output in the
// order of the input. Internal to age.
//
// Every thread is a lane: it reads a block, works on it and writes it, over and over. Reading is
// for one lane at a time, writing is taken in turns by block number, working overlaps with
// everything. A block never changes hands, so it stays in the cache of its core, and memory is
// bounded by the number of lanes.
#pragma once

#include <cstdint>
#include <functional>

#include "base/bytes.hpp"
#include "crypto/aead.hpp"

namespace sealpost::age {

struct Block {
  base::Bytes in;   // full size; the first in_size bytes are filled
  base::Bytes out;  // full size; the first out_size bytes are to be written
  std::size_t in_size = 0;
  std::size_t out_size = 0;
  std::uint64_t number = 0;        // counted from zero
  bool last = false;               // the stream ends with this block
  bool refused = false;            // `ending` is about the bytes, not about the source
  base::Result<void> ending = {};  // what to fail with once `out` is written
};

struct LaneSteps {
  // Fills `in`, `in_size` and `last`; an error in `ending` implies `last`. Never two at once.
  std::function<void(Block&)> read;
  // Makes `out` from `in`. Runs on several threads, each with its own block and cipher.
  std::function<void(Block&, crypto::ChaChaPoly&)> work;
  // Writes `out`. In the order of the blocks, never two at once.
  std::function<base::Result<void>(const Block&)> write;
};

// Runs until the last block is written, or until the first failure in the order of the blocks,
// which it returns. A stream of one block is done on the caller's thread alone. `threads` 0 means
// as many as help.
base::Result<void> run_lanes(const LaneSteps& steps, const crypto::AeadKey& key,
                             std::size_t in_size, std::size_t out_size, unsigned threads);

}  // namespace sealpost::age
