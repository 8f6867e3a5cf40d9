#include "relay/store/sqlite_store.hpp"

#include "base/file.hpp"
#include "relay/store/schema.hpp"

namespace sealpost::relay {

base::Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path,
                                                             std::uint64_t max_bytes) {
  // SQLite gives its other files the mode of this one.
  auto made = base::create_new(path, 0600);
  if (!made && made.error().code != base::Code::kConflict) return std::move(made).error();
  TRY(Database writing, Database::open(path, false));
  TRY(prepare_writer(writing));
  if (max_bytes > 0) {
    TRY(const std::string page, writing.value("PRAGMA page_size"));
    TRY(const std::uint64_t page_size, base::parse_decimal(page));
    TRY(writing.run("PRAGMA max_page_count = " + std::to_string(max_bytes / page_size)));
  }
  return std::make_unique<SqliteStore>(path, std::move(writing));
}

base::Result<MetaStore::Reading> SqliteStore::read() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    TRY(Database database, Database::open(path_, true));
    TRY(place_.check());  // or it is another one
    TRY(database.run("PRAGMA cache_size = -8192"));
    seats_.push_back(std::make_unique<Seat>(std::move(database)));
    free_.push_back(&seats_.back()->reader);
  }
  MetaReader* reader = free_.back();
  free_.pop_back();
  return Reading(reader, GiveBack{this});
}

void SqliteStore::give_back(MetaReader* reader) {
  const std::lock_guard lock(mutex_);
  free_.push_back(reader);
}

}  // namespace sealpost::relay
