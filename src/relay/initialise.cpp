#include <fmt/core.h>

#include "merkle/checkpoint.hpp"
#include "merkle/merkle.hpp"
#include "relay/folder.hpp"
#include "relay/relay.hpp"
#include "relay/store/sqlite_store.hpp"
#include "relay/tls.hpp"

namespace sealpost::relay {
namespace {

base::Result<std::string> read_pem(const std::filesystem::path& path) {
  TRY(const base::Bytes bytes, base::read_file(path, 1 << 20));
  return std::string(base::as_text(bytes));
}

base::Result<Settings> settings_for(const NewRelay& options) {
  Settings out;
  out.listen = options.listen;
  out.url = options.url;
  out.organisation = options.organisation;
  out.plain = options.plain;
  out.proxy = options.proxy;
  if (options.tls_certificate.has_value() != options.tls_key.has_value() ||
      (options.plain && options.tls_certificate)) {
    return base::Error{base::Code::kUsage, "a TLS certificate and its key go together",
                       "give --tls-cert and --tls-key, or neither of them, or --plain"};
  }
  const auto absolute = [](const std::filesystem::path& path) {
    return std::filesystem::absolute(path);
  };
  out.tls_certificate = options.tls_certificate ? absolute(*options.tls_certificate) : "tls.crt";
  out.tls_key = options.tls_key ? absolute(*options.tls_key) : "tls.key";
  TRY(check_settings(out));
  return out;
}

base::Result<void> write_tls(const Folder& folder, const NewRelay& options, Seams seams) {
  if (options.plain) return {};
  if (options.tls_certificate) {
    TRY(const std::string pem, read_pem(*options.tls_certificate));
    TRY(const crypto::SecretBytes key, read_secret_text(*options.tls_key));
    return check_tls_identity(pem, key);
  }
  TRY(const TlsIdentity identity, make_tls_identity(options.url, seams.clock.now(), seams.random));
  TRY(base::replace_file(folder.in_folder("tls.crt"), base::as_bytes(identity.certificate), 0644));
  return base::replace_file(folder.in_folder("tls.key"), identity.key.expose(), 0600);
}

base::Result<note::Signer> new_log_key(const note::Verifier& organisation, base::Random& random) {
  return note::Signer::make(organisation.name() + "/relay", crypto::SigningKey::generate(random));
}

// The empty store of a new relay. What an interrupted attempt has left is empty as well.
base::Result<std::unique_ptr<SqliteStore>> make_store(const Folder& folder,
                                                      const Settings& settings) {
  TRY(auto store, SqliteStore::open(folder.database(), settings.limits.store_bytes));
  TRY(const std::uint64_t size, store->writer().reads().tree_size());
  if (size == 0) return store;
  return base::Error{base::Code::kConflict, folder.database().string() + " belongs to a relay",
                     "choose another folder"};
}

// Over no leaves. From then on a store without a checkpoint has lost it: what a killed relay leaves
// are leaves behind its checkpoint, never leaves without one.
base::Result<void> store_first_checkpoint(MetaWriter& store, const note::Signer& log_key) {
  const merkle::Checkpoint empty{log_key.name(), 0, merkle::empty_root()};
  TRY(store.begin());
  auto stored = store.set_checkpoint(note::sign(merkle::format_checkpoint(empty), log_key));
  if (stored) stored = store.commit();
  if (!stored) store.rollback();
  return stored;
}

}  // namespace

base::Result<Facts> initialise(const NewRelay& options, Seams seams) {
  const Folder folder{options.dir};
  TRY(const Settings settings, settings_for(options));
  if (std::filesystem::exists(folder.settings())) {
    return base::Error{base::Code::kConflict, "there is a relay in " + options.dir.string(), ""};
  }
  TRY(base::make_private_folder(options.dir));
  TRY(const auto store, make_store(folder, settings));
  TRY(write_tls(folder, options, seams));
  TRY(const note::Signer log_key, new_log_key(options.organisation, seams.random));
  TRY(write_log_key(folder, log_key));
  TRY(store_first_checkpoint(store->writer(), log_key));
  // Last, so that what an interrupted attempt leaves is no relay, and the next attempt replaces it.
  TRY(base::write_new_file(folder.settings(), base::as_bytes(format_settings(settings)), 0600));
  return describe(options.dir);
}

base::Result<Facts> describe(const std::filesystem::path& dir) {
  const Folder folder{dir};
  TRY(const Settings settings, read_settings(folder));
  TRY(const note::Signer log_key, read_log_key(folder));
  std::string pin;
  if (!settings.plain) {
    TRY(const std::string pem, read_pem(folder.in_folder(settings.tls_certificate)));
    TRY(pin, tls_pin(pem));
  }
  return Facts{settings.url, std::move(pin), settings.organisation, log_key.verifier()};
}

}  // namespace sealpost::relay
