// MetaStore in one SQLite file: WAL, synchronous=FULL, one writing connection and a pool of reading
// ones.
#pragma once

#include <mutex>
#include <vector>

#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {

class SqliteStore final : public MetaStore {
 public:
  // `max_bytes` bounds the file; 0: as large as the disk allows. Errors as store/sqlite.hpp.
  static base::Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path,
                                                         std::uint64_t max_bytes);
  MetaWriter& writer() override { return writer_; }
  base::Result<Reading> read() override;
  // For open(), which prepares `writing` first.
  SqliteStore(std::filesystem::path path, Database writing)
      : path_(std::move(path)), place_(path_), writer_(std::move(writing), place_) {}

 private:
  // A reader with the connection it borrows.
  struct Seat {
    explicit Seat(Database opened) : database(std::move(opened)), reader(database) {}
    Database database;
    SqliteReader reader;
  };
  void give_back(MetaReader* reader) override;

  std::filesystem::path path_;
  const Place place_;
  SqliteWriter writer_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Seat>> seats_;  // all
  std::vector<MetaReader*> free_;             // those nobody uses
};

}  // namespace sealpost::relay
