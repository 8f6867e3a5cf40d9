#include "vault/file.hpp"

#include <unistd.h>

#include <system_error>
#include <utility>

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "crypto/random.hpp"

namespace sealpost::vault {
namespace {

namespace fs = std::filesystem;

// "seal" in ASCII marks the file for file(1); the version is the format's.
constexpr const char* kSchema =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA application_id = 0x7365616c;"
    "PRAGMA user_version = 1;"
    "CREATE TABLE vault(passes INTEGER NOT NULL, memory INTEGER NOT NULL, salt BLOB NOT NULL,"
    "  wrapped BLOB NOT NULL, proof BLOB NOT NULL) STRICT;"
    "CREATE TABLE rows(id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, name BLOB,"
    "  value BLOB NOT NULL, UNIQUE(kind, name)) STRICT;"
    "CREATE INDEX rows_by_kind ON rows(kind);";

constexpr std::int64_t kApplication = 0x7365616c;
constexpr std::int64_t kFormat = 1;

base::Error no_vault(const fs::path& path) {
  return {base::Code::kMalformed, path.string() + " is no vault, or of another version", ""};
}

base::Result<std::int64_t> pragma(Database& database, const char* sql) {
  TRY(Statement statement, database.prepare(sql));
  TRY(const bool row, statement.step());
  return row ? statement.number(0) : std::int64_t{0};
}

// A file that grows up under another name and gets its own when it is a whole vault.
class Newborn {
 public:
  static base::Result<Newborn> create(const fs::path& final_path, base::Random& random) {
    fs::path path = final_path;
    path += "." + base::to_hex(crypto::random_bytes(random, 4)) + ".partial";
    TRY(base::create_new(path, 0600));
    return Newborn(std::move(path));
  }
  Newborn(Newborn&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Newborn& operator=(Newborn&&) = delete;
  ~Newborn() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  const fs::path& path() const { return path_; }

  base::Result<void> give_name(const fs::path& final_path) const {
    if (::link(path_.c_str(), final_path.c_str()) != 0) {
      return base::errno_error("cannot create", final_path);
    }
    return base::sync_folder(final_path.has_parent_path() ? final_path.parent_path() : ".");
  }

 private:
  explicit Newborn(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

base::Result<void> write_parameters(const fs::path& path, const Parameters& parameters) {
  const Wrapped& wrapped = parameters.wrapped;
  TRY(Database database, Database::open(path));
  TRY(database.execute(kSchema));
  TRY(Statement insert, database.prepare("INSERT INTO vault VALUES(?, ?, ?, ?, ?)"));
  TRY(insert
          .with(static_cast<std::int64_t>(wrapped.tuning.passes),
                static_cast<std::int64_t>(wrapped.tuning.memory), base::ByteView(wrapped.salt),
                base::ByteView(wrapped.key), base::ByteView(parameters.proof))
          .run());
  return database.truncate_log();
}

}  // namespace

base::Result<void> create_file(const fs::path& path, const Parameters& parameters,
                               base::Random& random) {
  TRY(const Newborn newborn, Newborn::create(path, random));
  TRY(write_parameters(newborn.path(), parameters));
  return newborn.give_name(path);
}

base::Result<Database> open_file(const fs::path& path) {
  if (!Vault::exists(path)) {
    return base::Error{base::Code::kNotFound, "there is no vault at " + path.string(), ""};
  }
  TRY(Database database, Database::open(path));
  TRY(const std::int64_t application, pragma(database, "PRAGMA application_id"));
  TRY(const std::int64_t format, pragma(database, "PRAGMA user_version"));
  if (application != kApplication || format != kFormat) return no_vault(path);
  return database;
}

base::Result<Parameters> read_parameters(Database& database, const fs::path& path) {
  TRY(Statement read, database.prepare("SELECT passes, memory, salt, wrapped, proof FROM vault"));
  TRY(const bool row, read.step());
  if (!row || read.number(0) < 0 || read.number(1) < 0) return no_vault(path);
  Parameters found;
  found.wrapped.tuning = {static_cast<std::uint64_t>(read.number(0)),
                          static_cast<std::size_t>(read.number(1))};
  found.wrapped.salt = base::to_bytes(read.blob(2));
  found.wrapped.key = base::to_bytes(read.blob(3));
  found.proof = base::to_bytes(read.blob(4));
  return found;
}

base::Result<void> replace_wrapped(Database& database, const Wrapped& wrapped) {
  TRY(Statement update,
      database.prepare("UPDATE vault SET passes = ?, memory = ?, salt = ?, wrapped = ?"));
  TRY(update
          .with(static_cast<std::int64_t>(wrapped.tuning.passes),
                static_cast<std::int64_t>(wrapped.tuning.memory), base::ByteView(wrapped.salt),
                base::ByteView(wrapped.key))
          .run());
  if (database.changes() == 1) return {};
  return base::Error{base::Code::kMalformed, "the vault file is damaged, or no vault",
                     "restore it from a backup"};
}

}  // namespace sealpost::vault
