// The vault's file before any row: how it comes into being whole, and what stands in it in the
// open. Inside the vault only.
#pragma once

#include <filesystem>

#include "vault/database.hpp"
#include "vault/sealing.hpp"

namespace sealpost::vault {

struct Parameters {
  Wrapped wrapped;
  base::Bytes proof;  // sealed under the vault key, so that a key can be tried
};

// A whole vault without rows under that name (0600), or nothing; kConflict when the name is taken.
base::Result<void> create_file(const std::filesystem::path& path, const Parameters& parameters,
                               base::Random& random);
// kNotFound, kMalformed for what is no vault of this version.
base::Result<Database> open_file(const std::filesystem::path& path);
base::Result<Parameters> read_parameters(Database& database, const std::filesystem::path& path);
// In the transaction that is open. kMalformed when the file has none to replace.
base::Result<void> replace_wrapped(Database& database, const Wrapped& wrapped);

}  // namespace sealpost::vault
