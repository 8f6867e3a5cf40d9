// Whether everything that a stopped relay keeps still holds together: sealpost-relay(1), fsck.
//
// Reads and never writes, in memory that does not grow with what the relay holds. One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::relay {

// One thing that is wrong.
struct Damage {
  std::string_view part;  // "leaf", "tile", "message", ...
  std::string id;         // which one; empty when there is only one
  std::string what;       // is wrong with it
  std::string_view meaning;
  std::string_view remedy;
};

// What was examined.
struct Examined {
  std::uint64_t leaves = 0;
  std::uint64_t tiles = 0;
  std::uint64_t checkpoint = 0;  // leaves under the stored checkpoint
  std::uint64_t trust_entries = 0;
  std::uint64_t prekeys = 0;
  std::uint64_t messages = 0;
  std::uint64_t receipts = 0;
  std::uint64_t envelopes = 0;
  std::uint64_t payloads = 0;
  std::uint64_t blobs = 0;
  std::uint64_t blob_bytes = 0;  // read and hashed
  std::uint64_t register_entries = 0;
  std::uint64_t left_over = 0;  // files that the next start removes
  std::uint64_t damages = 0;
};

struct FsckOptions {
  std::filesystem::path dir;
  bool quick = false;  // the contents of blobs are not read
  // Called for each damage as it is found; an error ends the examination.
  std::function<base::Result<void>(const Damage&)> report;
  // Called now and then: what is being examined, and how many bytes of it. An error (somebody has
  // had enough) ends the examination.
  std::function<base::Result<void>(std::string_view step, std::uint64_t bytes)> progress;
};

// Fails only when it cannot examine: kNotFound without a relay in `dir`, kConflict while a process
// works on it, kMalformed when its settings or its log key are out of form. Damage is no failure.
base::Result<Examined> fsck(const FsckOptions& options);

}  // namespace sealpost::relay
