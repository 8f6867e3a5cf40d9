// A folder for one test, with the vault that it is about. The cheapest Argon2id that is allowed.
#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/fakes.hpp"
#include "vault/vault.hpp"

namespace sealpost::testing {

inline constexpr vault::Tuning kCheap{1, 8 << 10};
inline const std::string_view kPassphrase = "correct horse";

class Scratch {
 public:
  Scratch() {
    std::string name = "/tmp/sealpost-vault-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path path() const { return folder_ / "vault.db"; }

  vault::Vault create() {
    auto made = vault::Vault::create(path(), base::as_bytes(kPassphrase), kCheap, random);
    REQUIRE(made);
    return *std::move(made);
  }
  base::Result<vault::Vault> open(std::string_view passphrase = kPassphrase) {
    return vault::Vault::open(path(), base::as_bytes(passphrase), random);
  }

  FakeRandom random;

 private:
  std::filesystem::path folder_;
};

inline std::string text_of(const vault::Row& row) { return std::string(row.value.expose_text()); }

}  // namespace sealpost::testing
