// The key of a server, in a file of its own: "<kind>\n<name>\n<base64 seed>\n", 0600. Who has the
// file has the key. Thread-safe.
#pragma once

#include <filesystem>

#include "note/note.hpp"

namespace sealpost::note {

// Replaces what is there.
base::Result<void> write_key_file(const std::filesystem::path& path, std::string_view kind,
                                  const Signer& signer);
// kMalformed when it is out of form or of another kind; otherwise as base::open_read().
base::Result<Signer> read_key_file(const std::filesystem::path& path, std::string_view kind);

}  // namespace sealpost::note
