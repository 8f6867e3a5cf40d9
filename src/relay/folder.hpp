// The files of a relay's folder and how each is read and written. sealpost-relay(8), FILES.
#pragma once

#include <filesystem>

#include "base/file.hpp"
#include "crypto/secret.hpp"
#include "note/note.hpp"
#include "relay/relay.hpp"
#include "relay/settings.hpp"

namespace sealpost::relay {

struct Folder {
  std::filesystem::path dir;
  std::filesystem::path settings() const { return dir / "relay.toml"; }
  std::filesystem::path log_key() const { return dir / "log.key"; }
  std::filesystem::path database() const { return dir / "relay.db"; }
  std::filesystem::path events() const { return dir / "events.db"; }
  std::filesystem::path forward() const { return dir / "forward"; }
  std::filesystem::path blobs() const { return dir / "blobs"; }
  std::filesystem::path lock_file() const { return dir / "relay.lock"; }
  std::filesystem::path in_folder(const std::filesystem::path& path) const { return dir / path; }
};

// kNotFound when the folder holds no relay.
base::Result<Settings> read_settings(const Folder& folder);

// "sealpost-log-key-1\n<name>\n<base64 seed>\n", 0600; replaces what is there.
base::Result<void> write_log_key(const Folder& folder, const note::Signer& signer);
base::Result<note::Signer> read_log_key(const Folder& folder);

// A small file that holds a secret.
base::Result<crypto::SecretBytes> read_secret_text(const std::filesystem::path& path);

// Held while a process works on the folder; kConflict when another one does.
base::Result<base::Fd> take_lock(const Folder& folder);

}  // namespace sealpost::relay
