#include "vault/database.hpp"

#include <cerrno>
#include <string>

namespace sealpost::vault {
namespace {

constexpr int kPatience = 30'000;  // milliseconds that a writer waits for the others

base::Code code_of(int result, sqlite3* handle) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return base::Code::kBusy;
    case SQLITE_FULL:
      return base::Code::kNoSpace;
    case SQLITE_CONSTRAINT:
      return base::Code::kConflict;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:  // SQL that is ours fails only on tables that are not
      return base::Code::kMalformed;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return base::Code::kDenied;
    case SQLITE_IOERR:
      return sqlite3_system_errno(handle) == ENOSPC ? base::Code::kNoSpace : base::Code::kInternal;
    default:
      return base::Code::kInternal;
  }
}

base::Error error_of(int result, sqlite3* handle) {
  const base::Code code = code_of(result, handle);
  std::string text = std::string("vault: ") + sqlite3_errstr(result);
  switch (code) {
    case base::Code::kBusy:
      return {code, "another process keeps the vault busy", "try again"};
    case base::Code::kNoSpace:
      return {code, text, "free some space and try again"};
    case base::Code::kMalformed:
      return {code, "the vault file is damaged, or no vault", "restore it from a backup"};
    default:
      return {code, text, ""};
  }
}

base::Error error_of(int result, sqlite3_stmt* statement) {
  return error_of(result, sqlite3_db_handle(statement));
}

}  // namespace

base::Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  base::Error error = error_of(result, statement_.get());
  reset();
  return error;
}

base::Result<void> Statement::run() {
  TRY(bool more, step());
  while (more) {
    TRY(more, step());
  }
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());  // repeats the error that step() already returned
  sqlite3_clear_bindings(statement_.get());
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

base::ByteView Statement::blob(int column) const {
  const auto* data =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

void Statement::bind(int at, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), at, value);
}

void Statement::bind(int at, base::ByteView value) { bind_blob(at, value); }

void Statement::bind(int at, std::optional<base::ByteView> value) {
  if (value) bind_blob(at, *value);  // unbound parameters are NULL
}

void Statement::bind_blob(int at, base::ByteView value) {
  // A null pointer would mean NULL, also for an empty blob.
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  sqlite3_bind_blob64(statement_.get(), at, data, value.size(), SQLITE_STATIC);
}

base::Result<Database> Database::open(const std::filesystem::path& path) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int result = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database database(raw);
  if (result != SQLITE_OK) return base::with_context(error_of(result, raw), path.string());
  sqlite3_busy_timeout(raw, kPatience);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  TRY(
      database.execute("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
                       "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;"));
  return database;
}

base::Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int result =
      sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) return error_of(result, handle_.get());
  return Statement(statement);
}

base::Result<void> Database::execute(const char* sql) {
  const int result = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return error_of(result, handle_.get());
  return {};
}

base::Result<void> Database::truncate_log() {
  const int result = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE,
                                               nullptr, nullptr);
  if (result != SQLITE_OK) return error_of(result, handle_.get());
  return {};
}

}  // namespace sealpost::vault
