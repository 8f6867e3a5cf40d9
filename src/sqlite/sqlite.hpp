// SQLite behind values: a connection with its prepared statements, and queries that reset
// themselves. One thread at a time per connection. Errors: kNoSpace when the disk or the page limit
// is full, kBusy when another process holds the file or the disk fails, kVerificationFailed when
// the file is no database or damaged, kInternal otherwise.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace sealpost::sqlite {

class Query;

class Database {
 public:
  // Opens or creates; `read_only` connections see the last committed state.
  static base::Result<Database> open(const std::filesystem::path& path, bool read_only);
  // Reads a file that nobody writes, and leaves no trace beside it unless a killed process left a
  // journal there.
  static base::Result<Database> open_unchanging(const std::filesystem::path& path);
  // A prepared statement, kept for the next time. `sql` must live as long as the program.
  base::Result<Query> query(std::string_view sql);
  // Statements without parameters and rows.
  base::Result<void> run(const std::string& sql);
  // The single value of a statement without parameters.
  base::Result<std::string> value(const std::string& sql);
  // False once SQLite itself has given a transaction up.
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(handle_.get()); }
  std::uint64_t changes() const {
    return static_cast<std::uint64_t>(sqlite3_changes64(handle_.get()));
  }

 private:
  struct CloseHandle {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  static base::Result<Database> open_with(const std::string& name, int flags);
  std::unique_ptr<sqlite3, CloseHandle> handle_;
  std::map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

// One use of a statement. Text and bytes given to bind() must outlive the last step().
class Query {
 public:
  explicit Query(sqlite3_stmt* statement) : statement_(statement) {}
  Query(Query&& other) noexcept
      : statement_(std::exchange(other.statement_, nullptr)), next_(other.next_) {}
  Query& operator=(Query&&) = delete;
  ~Query();

  // Parameters in their order.
  Query& bind(std::uint64_t value);
  Query& bind(std::string_view value);
  Query& bind(base::ByteView value);

  base::Result<bool> step();  // true: there is a row
  base::Result<void> run();   // to the end, ignoring rows

  std::uint64_t number(int column) const;
  std::string text(int column) const;
  base::Bytes bytes(int column) const;

 private:
  sqlite3_stmt* statement_;
  int next_ = 1;
};

}  // namespace sealpost::sqlite
