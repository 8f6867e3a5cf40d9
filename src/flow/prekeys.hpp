// This device's prekeys: a stock of one-time ones at the relay and the last resort beside it, and
// their secrets, destroyed when no message can need them any more. sealpost-note(5), PREKEY.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "age/x25519.hpp"
#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

inline constexpr base::milliseconds kPrekeyLife = std::chrono::hours(24 * 30);
inline constexpr base::milliseconds kPrekeyRotation = std::chrono::hours(24 * 7);  // last resort

enum class PrekeyUse { kOnce, kLastResort };

struct NewPrekey {
  PrekeySecret secret;
  std::string note;  // signed, to be published
};
base::Result<NewPrekey> make_prekey(const note::Signer& signer, const trust::DeviceName& device,
                                    PrekeyUse use, base::Time now, base::Random& random);
base::Result<void> store_prekey(vault::Vault& vault, const NewPrekey& prekey);

struct HeldPrekey {
  age::X25519Identity identity;
  PrekeyUse use = PrekeyUse::kLastResort;
};
// The secret behind a prekey id; kNotFound when it was never ours or is destroyed.
base::Result<HeldPrekey> find_prekey(const vault::Vault& vault, std::string_view id);

// Secrets of prekeys that have not expired, and when the newest of them does.
struct HeldPrekeys {
  std::uint64_t usable = 0;
  base::Time until;
};
base::Result<HeldPrekeys> count_prekeys(const vault::Vault& vault, base::Time now);

// Erases the secret of a one-time prekey, and of no other. Inside the transaction after which
// nobody needs it; then finish_erasure().
base::Result<void> destroy_once(vault::Vault& vault, std::string_view id);

// What every visit does: destroys secrets that expired longer ago than the longest life of a
// message, fills the stock at the relay, and publishes a new last resort when the one there is more
// than a week old. Takes back whatever the relay would hand out although this vault does not have
// the secret, as after a return to an older copy of the vault. Nothing for a role without prekeys.
base::Result<void> fill_stock(Installation& installation, client::RelayClient& relay,
                              Context& context);

// What senders find at the relay.
struct PrekeyStock {
  std::uint64_t once = 0;                    // one-time prekeys left, of wire::kPrekeyStock
  std::optional<base::Time> last_resort_at;  // made then; nothing when there is none that verifies
};
base::Result<PrekeyStock> prekey_stock(const Installation& installation, client::RelayClient& relay,
                                       base::Time now);

}  // namespace sealpost::flow
