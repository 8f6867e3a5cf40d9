#include "vault/vault.hpp"

#include <system_error>

#include "base/shred.hpp"
#include "vault/database.hpp"
#include "vault/file.hpp"
#include "vault/sealing.hpp"

namespace sealpost::vault {
namespace {

namespace fs = std::filesystem;

// The proof is a value sealed at a place that no row has, so that a key can be tried.
constexpr auto kProofKind = static_cast<Kind>(0);
// Names of leases are hashed like names of rows, of a kind that no row has.
constexpr auto kLeaseKind = static_cast<Kind>(-1);
// The table of the wrapped key is the first one made, so that its page is among the first.
constexpr std::uint64_t kParametersWithin = 64 << 10;  // bytes
constexpr std::string_view kProof = "sealpost-vault/1";

}  // namespace

struct Vault::Impl {
  Impl(fs::path file, Database opened, VaultKey key, base::Random& random_source)
      : path(std::move(file)),
        database(std::move(opened)),
        sealer(std::move(key)),
        random(random_source) {}

  base::Result<void> prepare();
  base::Result<Row> open_row(Kind kind, Statement& at) const;
  base::Result<std::optional<Row>> first(Kind kind, Statement& select) const;
  base::Result<std::int64_t> next_id();
  base::Result<std::int64_t> insert(Kind kind, std::string_view name, base::ByteView value);
  base::Result<void> reseal(Kind kind, Statement& found, base::ByteView value);
  base::Result<void> in_transaction(const std::function<base::Result<void>()>& work);

  fs::path path;
  Database database;
  Sealer sealer;
  base::Random& random;
  bool in_progress = false;
  std::optional<std::int64_t> newest;  // id, while a transaction keeps others from taking one
  Statement begin, commit, rollback, insert_row, newest_id, set_value, by_name, by_id, after_id,
      erase, count, last;
};

base::Result<void> Vault::Impl::prepare() {
  const std::pair<Statement*, const char*> all[] = {
      {&begin, "BEGIN IMMEDIATE"},
      {&commit, "COMMIT"},
      {&rollback, "ROLLBACK"},
      {&insert_row, "INSERT INTO rows(id, kind, name, value) VALUES(?, ?, ?, ?)"},
      {&newest_id, "SELECT seq FROM sqlite_sequence WHERE name = 'rows'"},
      {&set_value, "UPDATE rows SET value = ? WHERE id = ?"},
      {&by_name, "SELECT id, name, value FROM rows WHERE kind = ? AND name = ?"},
      {&by_id, "SELECT id, name, value FROM rows WHERE kind = ? AND id = ?"},
      {&after_id, "SELECT id, name, value FROM rows WHERE kind = ? AND id > ? ORDER BY id LIMIT 1"},
      {&erase, "DELETE FROM rows WHERE kind = ? AND id = ?"},
      {&count, "SELECT count(*) FROM rows WHERE kind = ?"},
      {&last, "SELECT coalesce(max(id), 0) FROM rows WHERE kind = ?"},
  };
  for (const auto& [statement, sql] : all) {
    TRY(*statement, database.prepare(sql));
  }
  return {};
}

base::Result<Row> Vault::Impl::open_row(Kind kind, Statement& at) const {
  const std::int64_t id = at.number(0);
  TRY(crypto::SecretBytes value, sealer.open(kind, id, at.blob(1), at.blob(2)));
  return Row{id, std::move(value)};
}

base::Result<std::optional<Row>> Vault::Impl::first(Kind kind, Statement& select) const {
  TRY(const bool found, select.step());
  if (!found) return std::optional<Row>();
  auto row = open_row(kind, select);
  select.reset();
  if (!row) return std::move(row).error();
  return std::optional<Row>(*std::move(row));
}

// The seal binds the id, so that it is chosen here, as SQLite would: never one that was there
// before.
base::Result<std::int64_t> Vault::Impl::next_id() {
  if (!newest) {
    TRY(const bool any, newest_id.step());
    newest = any ? newest_id.number(0) : 0;
    newest_id.reset();
  }
  return *newest + 1;
}

base::Result<std::int64_t> Vault::Impl::insert(Kind kind, std::string_view name,
                                               base::ByteView value) {
  const crypto::Digest digest = sealer.name(kind, name);
  const base::ByteView stored = name.empty() ? base::ByteView() : base::ByteView(digest);
  const auto bound = name.empty() ? std::nullopt : std::optional<base::ByteView>(stored);
  TRY(const std::int64_t id, next_id());
  const base::Bytes sealed = sealer.seal(kind, id, stored, value, random);
  if (auto done = insert_row.with(id, static_cast<int>(kind), bound, base::ByteView(sealed)).run();
      !done) {
    if (done.error().code != base::Code::kConflict) return std::move(done).error();
    return base::Error{base::Code::kConflict, "the vault holds this already", ""};
  }
  newest = id;
  return id;
}

// Seals a new value for the row that `found` is about to give; kNotFound when it gives none.
base::Result<void> Vault::Impl::reseal(Kind kind, Statement& found, base::ByteView value) {
  TRY(const bool present, found.step());
  if (!present) return base::Error{base::Code::kNotFound, "the vault holds no such row", ""};
  const std::int64_t id = found.number(0);
  const base::Bytes sealed = sealer.seal(kind, id, found.blob(1), value, random);
  found.reset();
  return set_value.with(base::ByteView(sealed), id).run();
}

base::Result<void> Vault::Impl::in_transaction(const std::function<base::Result<void>()>& work) {
  if (in_progress) return work();
  TRY(begin.run());
  struct Undo {
    Impl& impl;
    ~Undo() {
      impl.in_progress = false;
      impl.newest.reset();
      if (!done && !impl.rollback.run()) impl.rollback.reset();  // SQLite rolled back by itself
    }
    bool done = false;
  } undo{*this};
  in_progress = true;
  TRY(work());
  TRY(commit.run());
  undo.done = true;
  return {};
}

Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;
Vault::~Vault() = default;

bool Vault::exists(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

base::Result<void> Vault::destroy(const fs::path& path) {
  const auto beside = [&](const char* ending) {
    fs::path file = path;
    return file += ending;
  };
  TRY(base::overwrite_file(path, kParametersWithin));
  TRY(base::overwrite_file(beside("-wal")));
  TRY(base::destroy_file(path));
  TRY(base::destroy_file(beside("-wal")));
  // These two hold nothing; other processes have the first one mapped.
  std::error_code ignored;
  fs::remove(beside("-shm"), ignored);
  fs::remove(beside("-lock"), ignored);
  return {};
}

base::Result<Vault> Vault::create(const fs::path& path, base::ByteView passphrase,
                                  const Tuning& tuning, base::Random& random) {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(path, ignored))) {
    return base::Error{base::Code::kConflict, path.string() + " exists already", ""};
  }
  VaultKey key = VaultKey::random(random);
  Parameters parameters;
  TRY(parameters.wrapped, wrap(key, passphrase, tuning, random));
  parameters.proof = Sealer(key.clone()).seal(kProofKind, 0, {}, base::as_bytes(kProof), random);
  TRY(create_file(path, parameters, random));
  return open_with_key(path, std::move(key), random);
}

base::Result<Vault> Vault::open(const fs::path& path, base::ByteView passphrase,
                                base::Random& random) {
  base::Result<VaultKey> key = [&]() -> base::Result<VaultKey> {
    TRY(Database database, open_file(path));
    TRY(const Parameters parameters, read_parameters(database, path));
    return unwrap(parameters.wrapped, passphrase);
  }();
  if (!key) return std::move(key).error();
  return open_with_key(path, *std::move(key), random);
}

base::Result<Vault> Vault::open_with_key(const fs::path& path, VaultKey key, base::Random& random) {
  TRY(Database database, open_file(path));
  TRY(const Parameters parameters, read_parameters(database, path));
  auto impl = std::make_unique<Impl>(path, std::move(database), std::move(key), random);
  if (!impl->sealer.open(kProofKind, 0, {}, parameters.proof)) {
    return base::Error{base::Code::kWrongPassphrase, "this key opens another vault",
                       "`sealpost lock`, then `sealpost unlock`"};
  }
  TRY(impl->prepare());
  return Vault(std::move(impl));
}

VaultKey Vault::key() const { return impl_->sealer.key().clone(); }

base::Result<void> Vault::rewrap(base::ByteView passphrase, const Tuning& tuning,
                                 const std::function<base::Result<void>()>& also) {
  // The slow part first: nobody waits for a lock meanwhile.
  TRY(const Wrapped wrapped, wrap(impl_->sealer.key(), passphrase, tuning, impl_->random));
  return impl_->in_transaction([&]() -> base::Result<void> {
    TRY(replace_wrapped(impl_->database, wrapped));
    return also();
  });
}

const fs::path& Vault::path() const { return impl_->path; }

crypto::Digest Vault::derive(std::string_view label) const { return impl_->sealer.derive(label); }

base::Result<std::int64_t> Vault::insert(Kind kind, std::string_view name, base::ByteView value) {
  std::int64_t id = 0;
  TRY(impl_->in_transaction([&]() -> base::Result<void> {
    TRY(id, impl_->insert(kind, name, value));
    return {};
  }));
  return id;
}

base::Result<void> Vault::put(Kind kind, std::string_view name, base::ByteView value) {
  return impl_->in_transaction([&]() -> base::Result<void> {
    const crypto::Digest digest = impl_->sealer.name(kind, name);
    Statement& found = impl_->by_name.with(static_cast<int>(kind), base::ByteView(digest));
    auto done = impl_->reseal(kind, found, value);
    if (done || done.error().code != base::Code::kNotFound) return done;
    TRY(impl_->insert(kind, name, value));
    return {};
  });
}

base::Result<void> Vault::replace(Kind kind, std::int64_t id, base::ByteView value) {
  return impl_->in_transaction([&]() -> base::Result<void> {
    return impl_->reseal(kind, impl_->by_id.with(static_cast<int>(kind), id), value);
  });
}

base::Result<Row> Vault::get(Kind kind, std::string_view name) const {
  TRY(std::optional<Row> row, find(kind, name));
  if (row) return *std::move(row);
  return base::Error{base::Code::kNotFound, "the vault holds no such row", ""};
}

base::Result<Row> Vault::get(Kind kind, std::int64_t id) const {
  TRY(std::optional<Row> row, impl_->first(kind, impl_->by_id.with(static_cast<int>(kind), id)));
  if (row) return *std::move(row);
  return base::Error{base::Code::kNotFound, "the vault holds no such row", ""};
}

base::Result<std::optional<Row>> Vault::find(Kind kind, std::string_view name) const {
  const crypto::Digest digest = impl_->sealer.name(kind, name);
  return impl_->first(kind, impl_->by_name.with(static_cast<int>(kind), base::ByteView(digest)));
}

base::Result<void> Vault::erase(Kind kind, std::int64_t id) {
  return impl_->in_transaction([&] { return impl_->erase.with(static_cast<int>(kind), id).run(); });
}

base::Result<std::uint64_t> Vault::count(Kind kind) const {
  TRY(const bool row, impl_->count.with(static_cast<int>(kind)).step());
  const std::int64_t number = row ? impl_->count.number(0) : 0;
  impl_->count.reset();
  return static_cast<std::uint64_t>(number);
}

base::Result<std::int64_t> Vault::last_id(Kind kind) const {
  TRY(const bool row, impl_->last.with(static_cast<int>(kind)).step());
  const std::int64_t id = row ? impl_->last.number(0) : 0;
  impl_->last.reset();
  return id;
}

base::Result<void> Vault::each(Kind kind, std::int64_t after,
                               const std::function<base::Result<bool>(const Row&)>& visit) const {
  // Row by row, with nothing held open meanwhile: the visitor may read and write the vault.
  while (true) {
    TRY(const std::optional<Row> row,
        impl_->first(kind, impl_->after_id.with(static_cast<int>(kind), after)));
    if (!row) return {};
    after = row->id;
    TRY(const bool more, visit(*row));
    if (!more) return {};
  }
}

base::Result<void> Vault::transaction(const std::function<base::Result<void>()>& work) {
  if (impl_->in_progress) {
    return base::Error{base::Code::kInternal, "a transaction inside a transaction", ""};
  }
  return impl_->in_transaction(work);
}

base::Result<std::optional<Lease>> Vault::lease(std::string_view what) const {
  return Lease::take(impl_->path, impl_->sealer.name(kLeaseKind, what));
}

base::Result<void> Vault::purge() { return impl_->database.truncate_log(); }

}  // namespace sealpost::vault
