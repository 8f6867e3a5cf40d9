// Tells the user what flow/notices.hpp has kept, once, when a verb is done with its vault.
#pragma once

#include "cmd/env.hpp"
#include "vault/vault.hpp"

namespace sealpost::cmd {

// Prints in its destructor, so that a verb that fails tells it too. Borrows; both outlive it.
class Announcer {
 public:
  Announcer(Env& env, vault::Vault& vault) : env_(env), vault_(vault) {}
  ~Announcer();
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

 private:
  Env& env_;
  vault::Vault& vault_;
};

}  // namespace sealpost::cmd
