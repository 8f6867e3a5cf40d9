// How far a log was forwarded: a small file that is replaced in one step. One process at a time.
#pragma once

#include <filesystem>
#include <string>

#include "base/file.hpp"

namespace sealpost::forward {

struct Place {
  std::uint64_t next = 0;  // index of the first event that has not arrived for certain
  std::string mark;        // of the event in front of it; empty at the beginning
};

class Cursor {
 public:
  // Makes the folder where there is none. The file is "cursor" in it. kConflict when another
  // process forwards from there, or when what lies there is for another collector; kMalformed.
  static base::Result<Cursor> open(const std::filesystem::path& folder, const std::string& to);
  const Place& place() const { return place_; }
  base::Result<void> move(Place place);  // durable when it returns

 private:
  Cursor(std::filesystem::path file, std::string to, base::Fd lock)
      : file_(std::move(file)), to_(std::move(to)), lock_(std::move(lock)) {}
  base::Result<void> read();
  std::filesystem::path file_;
  std::string to_;
  base::Fd lock_;
  Place place_;
};

}  // namespace sealpost::forward
