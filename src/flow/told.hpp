// Which events a watch has told: rows of the vault, kind by kind, in the order in which they came.
// One thread.
#pragma once

#include <map>

#include "vault/vault.hpp"

namespace sealpost::flow {

class Told {
 public:
  // Nothing that is there now counts as news. With `kept`, what counts is the same for all watches
  // of the vault that keep it, from the first of them on: what one has not told the next one does.
  static base::Result<Told> begin(vault::Vault& vault, bool kept);
  // The last row of the kind that was told, or passed over.
  std::int64_t last(vault::Kind kind) const { return rows_.at(kind); }
  base::Result<void> passed(vault::Kind kind, std::int64_t row);

 private:
  Told(vault::Vault& vault, bool kept) : vault_(&vault), kept_(kept) {}
  base::Result<void> keep(vault::Kind kind);
  vault::Vault* vault_;  // outlives this
  bool kept_;
  std::map<vault::Kind, std::int64_t> rows_;
};

}  // namespace sealpost::flow
