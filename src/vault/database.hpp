// SQLite behind the few calls that the vault needs, with its errors turned into ours. Inside the
// vault only. One thread.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "base/bytes.hpp"

namespace sealpost::vault {

// A prepared statement that is bound, stepped and reset by one call after another. Views of
// columns live until the next step() or reset().
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement, &sqlite3_finalize) {}

  // Resets, then binds in the order of the ?s. Bound bytes must live until the last step().
  template <typename... Values>
  Statement& with(Values... values) {
    reset();
    int at = 0;
    (bind(++at, values), ...);
    return *this;
  }
  base::Result<bool> step();  // true: a row stands ready
  base::Result<void> run();   // steps to the end, then resets
  void reset();

  std::int64_t number(int column) const;
  base::ByteView blob(int column) const;

 private:
  void bind(int at, std::int64_t value);
  void bind(int at, int value) { bind(at, std::int64_t{value}); }
  void bind(int at, base::ByteView value);
  void bind(int at, std::optional<base::ByteView> value);
  void bind_blob(int at, base::ByteView value);
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_{nullptr, &sqlite3_finalize};
};

class Database {
 public:
  // An existing file; kMalformed for what is no database.
  static base::Result<Database> open(const std::filesystem::path& path);
  base::Result<Statement> prepare(const char* sql);
  base::Result<void> execute(const char* sql);  // one statement or several, without results
  int changes() const { return sqlite3_changes(handle_.get()); }
  // Moves the write-ahead log into the file and empties it; kBusy while others read.
  base::Result<void> truncate_log();

 private:
  explicit Database(sqlite3* handle) : handle_(handle, &sqlite3_close_v2) {}
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

}  // namespace sealpost::vault
