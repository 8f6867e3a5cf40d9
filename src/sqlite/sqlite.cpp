#include "sqlite/sqlite.hpp"

#include <system_error>

#include "base/encoding.hpp"

namespace sealpost::sqlite {
namespace {

constexpr int kBusyTimeout = 5000;  // milliseconds

base::Code code_of(int status) {
  switch (status & 0xff) {
    case SQLITE_FULL:
      return base::Code::kNoSpace;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return base::Code::kBusy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return base::Code::kVerificationFailed;
    default:
      return base::Code::kInternal;
  }
}

// "relay.db: disk I/O error".
base::Error failure(sqlite3* handle, int status, const std::string& name) {
  const char* what = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(status);
  return {code_of(status), name + ": " + what, ""};
}

base::Error failure(sqlite3* handle, int status) {
  const char* path = sqlite3_db_filename(handle, nullptr);
  const std::string name = std::filesystem::path(path == nullptr ? "" : path).filename().string();
  return failure(handle, status, name.empty() ? "a database in memory" : name);
}

}  // namespace

base::Result<Database> Database::open_with(const std::string& name, int flags) {
  sqlite3* raw = nullptr;
  const int all = flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int status = sqlite3_open_v2(name.c_str(), &raw, all, nullptr);
  Database database(raw);
  if (status != SQLITE_OK)
    return failure(raw, status, std::filesystem::path(name).filename().string());
  sqlite3_busy_timeout(raw, kBusyTimeout);
  return database;
}

base::Result<Database> Database::open(const std::filesystem::path& path, bool read_only) {
  return open_with(path.string(),
                   read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

base::Result<Database> Database::open_unchanging(const std::filesystem::path& path) {
  std::error_code error;
  const auto journal = std::filesystem::file_size(path.string() + "-wal", error);
  if (!error && journal > 0) return open(path, true);
  const std::string uri = "file:" + base::percent_encode(path.string()) + "?immutable=1";
  return open_with(uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

base::Result<Query> Database::query(std::string_view sql) {
  auto& kept = statements_[sql.data()];
  if (!kept) {
    sqlite3_stmt* raw = nullptr;
    const int status = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    if (status != SQLITE_OK) return failure(handle_.get(), status);
    kept.reset(raw);
  }
  return Query(kept.get());
}

base::Result<void> Database::run(const std::string& sql) {
  const int status = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return failure(handle_.get(), status);
  return {};
}

base::Result<std::string> Database::value(const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  const int status = sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &raw, nullptr);
  if (status != SQLITE_OK) return failure(handle_.get(), status);
  const std::unique_ptr<sqlite3_stmt, Finalize> owner(raw);
  Query query(raw);
  TRY(const bool row, query.step());
  return row ? query.text(0) : std::string();
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::uint64_t value) {
  sqlite3_bind_int64(statement_, next_++, static_cast<sqlite3_int64>(value));
  return *this;
}
Query& Query::bind(std::string_view value) {
  sqlite3_bind_text64(statement_, next_++, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}
Query& Query::bind(base::ByteView value) {
  // A null pointer would bind NULL instead of an empty byte string.
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  sqlite3_bind_blob64(statement_, next_++, data, value.size(), SQLITE_STATIC);
  return *this;
}

base::Result<bool> Query::step() {
  const int status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return failure(sqlite3_db_handle(statement_), status);
}

base::Result<void> Query::run() {
  for (;;) {
    TRY(const bool row, step());
    if (!row) return {};
  }
}

std::uint64_t Query::number(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}
std::string Query::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? std::string() : std::string(data, size);
}
base::Bytes Query::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? base::Bytes() : base::Bytes(data, data + size);
}

}  // namespace sealpost::sqlite
