#include "relay/store/place.hpp"

#include <sys/stat.h>

namespace sealpost::relay {

Place::Place(const std::filesystem::path& database)
    : database_(look(database)), journal_(look(database.string() + "-wal")) {}

std::optional<Place::File> Place::look(const std::filesystem::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return File{path, found.st_dev, found.st_ino};
}

base::Result<void> Place::check(const std::optional<File>& file) {
  if (!file) return {};
  const auto now = look(file->path);
  if (now && now->device == file->device && now->number == file->number) return {};
  return base::Error{
      base::Code::kBusy,
      file->path.filename().string() + " was removed or replaced while the relay runs",
      "do not stop the relay before the file is safe: sealpost-relay(8), WHEN THE STORE IS GONE"};
}

base::Result<void> Place::check() const {
  if (auto there = check(database_); !there) return there;
  return check(journal_);
}

}  // namespace sealpost::relay
