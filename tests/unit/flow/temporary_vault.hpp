// An open vault in a folder of its own, both gone at the end.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "support/fakes.hpp"
#include "vault/vault.hpp"

namespace sealpost::testing {

struct TemporaryVault {
  TemporaryVault() {
    std::string name = (std::filesystem::temp_directory_path() / "vault-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    auto made = vault::Vault::create(path(), base::as_bytes("passphrase"),
                                     vault::Tuning{1, 8 << 10}, random);
    REQUIRE(made.has_value());
    vault.emplace(*std::move(made));
  }
  TemporaryVault(const TemporaryVault&) = delete;
  TemporaryVault& operator=(const TemporaryVault&) = delete;
  ~TemporaryVault() {
    vault.reset();
    std::filesystem::remove_all(folder);
  }
  std::filesystem::path path() const { return folder / "vault.db"; }

  FakeClock clock;
  FakeRandom random;
  std::filesystem::path folder;
  std::optional<vault::Vault> vault;
};

}  // namespace sealpost::testing
