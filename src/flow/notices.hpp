// What the user of a device is told of the trust chain without asking: certificates for their own
// user that this device did not make. A notice is stored together with the entry that it is about,
// and stays until it was shown once. sealpost-device(1), NOTICES.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/seams.hpp"
#include "note/note.hpp"
#include "trust/chain.hpp"
#include "vault/vault.hpp"

namespace sealpost::flow {

struct Notice {
  std::string event;    // "device-joined", "device-renewed" or "device-key-changed"
  std::string device;   // full name
  std::string inviter;  // of a device that joined: a device, or the organisation for the root
  std::uint64_t entry = 0;
  base::Time at;  // as the certificate claims
};

// Of the entry that the chain has taken in last, in the eyes of device `self` with the keys `own`.
// Nothing when it is no business of its user, or its own doing.
std::optional<Notice> notice_of(const trust::Chain& chain, std::string_view entry,
                                const trust::DeviceName& self, std::span<const note::Verifier> own);

// Inside the transaction that stores the entries.
base::Result<void> keep_notices(vault::Vault& vault, std::span<const Notice> notices);
// Those that were not shown yet, in the order of their entries.
base::Result<std::vector<Notice>> waiting_notices(const vault::Vault& vault);
base::Result<void> notices_shown(vault::Vault& vault, std::span<const Notice> notices);

}  // namespace sealpost::flow
