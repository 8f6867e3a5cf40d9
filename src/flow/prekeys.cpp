#include "flow/prekeys.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "crypto/random.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

struct Held {
  std::int64_t row = 0;
  PrekeySecret secret;
};

base::Result<std::vector<Held>> held_prekeys(const vault::Vault& vault) {
  std::vector<Held> held;
  TRY(vault.each(Kind::kPrekeySecret, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(PrekeySecret secret, decode_prekey_secret(row.value.expose()));
    held.push_back({row.id, std::move(secret)});
    return true;
  }));
  return held;
}

}  // namespace

base::Result<NewPrekey> make_prekey(const note::Signer& signer, const trust::DeviceName& device,
                                    base::Time now, base::Random& random) {
  const age::X25519Identity identity = age::X25519Identity::generate(random);
  const std::string id = base::to_hex(crypto::random_bytes(random, 8));
  const trust::Prekey prekey{device, id,  "age-x25519",     identity.recipient().str(),
                             true,   now, now + kPrekeyLife};
  TRY(const std::string text, trust::format(prekey));
  return NewPrekey{{id, identity.to_text(), now, now + kPrekeyLife, ""}, note::sign(text, signer)};
}

base::Result<void> store_prekey(vault::Vault& vault, NewPrekey prekey, std::string unpublished) {
  prekey.secret.unpublished = std::move(unpublished);
  TRY(vault.insert(Kind::kPrekeySecret, prekey.secret.id, encode(prekey.secret).expose()));
  return {};
}

base::Result<age::X25519Identity> find_prekey(const vault::Vault& vault, std::string_view id) {
  TRY(const vault::Row row, vault.get(Kind::kPrekeySecret, id));
  TRY(const PrekeySecret secret, decode_prekey_secret(row.value.expose()));
  return age::X25519Identity::parse(secret.identity.expose_text());
}

base::Result<std::vector<std::string>> rotate_prekeys(Installation& installation,
                                                      Context& context) {
  vault::Vault& vault = installation.vault();
  const base::Time now = context.clock.now();
  TRY(const policy::Policy policy, installation.policy());
  TRY(const std::vector<Held> held, held_prekeys(vault));
  bool fresh = false;
  bool erased = false;
  std::vector<std::string> notes;
  for (const Held& prekey : held) {
    if (prekey.secret.expires + policy.max_expiry < now) {
      TRY(vault.erase(Kind::kPrekeySecret, prekey.row));
      erased = true;
      continue;
    }
    fresh = fresh || prekey.secret.at + kPrekeyRotation > now;
    if (!prekey.secret.unpublished.empty()) notes.push_back(prekey.secret.unpublished);
  }
  if (erased) TRY(vault.purge());
  if (!fresh) {
    TRY(NewPrekey made,
        make_prekey(installation.signer(), installation.name(), now, context.random));
    notes.push_back(made.note);
    TRY(store_prekey(vault, std::move(made), notes.back()));
  }
  return notes;
}

base::Result<void> replace_lost_prekey(Installation& installation, client::RelayClient& relay,
                                       Context& context) {
  const base::Time now = context.clock.now();
  TRY(const wire::ClaimedPrekeys claimed, relay.claim_prekeys({installation.signer().name()}));
  if (claimed.prekeys.size() == 1) {
    const auto offered = trust::verify_prekey(installation.chain(), claimed.prekeys[0].prekey, now);
    if (offered && find_prekey(installation.vault(), offered->id)) return {};
  }
  TRY(NewPrekey made, make_prekey(installation.signer(), installation.name(), now, context.random));
  const std::string note = made.note;
  TRY(store_prekey(installation.vault(), std::move(made), note));
  TRY(relay.publish_prekeys({note}));
  return published(installation.vault());
}

base::Result<void> published(vault::Vault& vault) {
  TRY(std::vector<Held> held, held_prekeys(vault));
  for (Held& prekey : held) {
    if (prekey.secret.unpublished.empty()) continue;
    prekey.secret.unpublished.clear();
    TRY(vault.replace(Kind::kPrekeySecret, prekey.row, encode(prekey.secret).expose()));
  }
  return {};
}

}  // namespace sealpost::flow
