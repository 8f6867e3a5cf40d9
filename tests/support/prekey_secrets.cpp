// Prints every prekey secret that a vault holds, as an age identity: what a thief has who knows the
// passphrase.
//
//     prekey_secrets VAULT < PASSPHRASE
#include <cstdio>
#include <iostream>
#include <string>

#include "crypto/random.hpp"
#include "flow/records.hpp"
#include "vault/vault.hpp"

using namespace sealpost;

namespace {

base::Result<void> print_secrets(const char* path, const std::string& passphrase) {
  crypto::SystemRandom random;
  TRY(const vault::Vault vault, vault::Vault::open(path, base::as_bytes(passphrase), random));
  return vault.each(vault::Kind::kPrekeySecret, 0, [](const vault::Row& row) -> base::Result<bool> {
    TRY(const flow::PrekeySecret secret, flow::decode_prekey_secret(row.value.expose()));
    std::cout << "# " << secret.id << '\n' << secret.identity.expose_text() << '\n';
    return true;
  });
}

}  // namespace

int main(int count, char** arguments) {
  std::string passphrase;
  if (count != 2 || !std::getline(std::cin, passphrase)) return 2;
  const auto printed = print_secrets(arguments[1], passphrase);
  if (printed) return 0;
  std::cerr << printed.error().text << '\n';
  return 1;
}
