// What `consent show` says of each grant, revocation and pause: as JSON and as fields.
#pragma once

#include <vector>

#include "cmd/consent.hpp"
#include "flow/consent_proofs.hpp"

namespace sealpost::cmd {

// Borrows all of it.
struct Shown {
  const flow::KeyedContact& keyed;
  base::Time when;  // what was recorded later stays out
  const vault::Vault& vault;
  const std::vector<flow::SavedProof>& saved;
};

// The members "paused", "grants", "revocations" and "pauses" of {"type":"consents",...}.
base::Result<void> add_records(text::OrderedJson& out, const Shown& shown);
// A paragraph for each.
base::Result<void> print_records(Env& env, const Shown& shown);

}  // namespace sealpost::cmd
