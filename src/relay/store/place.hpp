// Whether the store's open files still lie under their names. Who deletes or replaces one of them
// does not disturb SQLite, which goes on writing into what nobody will find again.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "base/result.hpp"

namespace sealpost::relay {

// Thread-safe once made.
class Place {
 public:
  // Of a database that is open already.
  explicit Place(const std::filesystem::path& database);
  // kBusy, naming the file, when it is gone or another one.
  base::Result<void> check() const;

 private:
  struct File {
    std::filesystem::path path;
    dev_t device;
    ino_t number;
  };
  static std::optional<File> look(const std::filesystem::path& path);
  static base::Result<void> check(const std::optional<File>& file);
  std::optional<File> database_;
  std::optional<File> journal_;
};

}  // namespace sealpost::relay
