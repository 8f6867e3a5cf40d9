// This device's prekeys: made, rotated weekly, and their secrets destroyed when no message can need
// them any more. sealpost-note(5), PREKEY.
#pragma once

#include <string>
#include <vector>

#include "age/x25519.hpp"
#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

inline constexpr base::milliseconds kPrekeyLife = std::chrono::hours(24 * 30);
inline constexpr base::milliseconds kPrekeyRotation = std::chrono::hours(24 * 7);

struct NewPrekey {
  PrekeySecret secret;
  std::string note;  // signed, to be published
};
base::Result<NewPrekey> make_prekey(const note::Signer& signer, const trust::DeviceName& device,
                                    base::Time now, base::Random& random);
// `unpublished` is the note when the relay still has to get it, else empty.
base::Result<void> store_prekey(vault::Vault& vault, NewPrekey prekey, std::string unpublished);

// The secret behind a prekey id; kNotFound when it was never ours or is destroyed.
base::Result<age::X25519Identity> find_prekey(const vault::Vault& vault, std::string_view id);

// Destroys secrets that expired longer ago than the longest life of a message, then makes and
// stores a new prekey when the newest is older than a week. Returns the notes that the relay has
// not got yet: publish them, then call published().
base::Result<std::vector<std::string>> rotate_prekeys(Installation& installation, Context& context);
base::Result<void> published(vault::Vault& vault);

// Publishes a new prekey when the relay hands out one whose secret this vault does not have, as
// after a return to an older copy of the vault.
base::Result<void> replace_lost_prekey(Installation& installation, client::RelayClient& relay,
                                       Context& context);

}  // namespace sealpost::flow
