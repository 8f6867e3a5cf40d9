#include "flow/prekeys.hpp"

#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "flow/erasure.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

// Whatever the relay says it has handed out: secrets that wait here for messages.
constexpr std::size_t kMaxHeld = 2000;

struct Held {
  std::set<std::string> ids;
  std::vector<std::int64_t> outlived;  // rows
};

// Messages that were sealed on a prekey's last day may wait as long as a message lives.
base::Result<Held> held_prekeys(const Installation& installation, base::Time now) {
  TRY(const policy::Policy policy, installation.policy());
  Held held;
  const auto take = [&](const vault::Row& row) -> base::Result<bool> {
    TRY(PrekeySecret secret, decode_prekey_secret(row.value.expose()));
    if (secret.expires + policy.max_expiry < now) {
      held.outlived.push_back(row.id);
    } else {
      held.ids.insert(std::move(secret.id));
    }
    return true;
  };
  TRY(installation.vault().each(Kind::kPrekeySecret, 0, take));
  return held;
}

base::Result<void> destroy_outlived(vault::Vault& vault, const std::vector<std::int64_t>& rows) {
  if (rows.empty()) return {};
  TRY(vault.transaction([&]() -> base::Result<void> {
    for (const std::int64_t row : rows) TRY(vault.erase(Kind::kPrekeySecret, row));
    return mark_erasure(vault, "row " + std::to_string(rows.back()));
  }));
  return finish_erasure(vault);
}

// The last resort that the relay hands out, when it is one of this device; whoever sends verifies
// it in the same way.
std::optional<trust::Prekey> last_resort_of(const Installation& installation,
                                            const wire::PrekeyStock& stock, base::Time now) {
  auto prekey = trust::verify_prekey(installation.chain(), stock.last_resort, now);
  if (!prekey || prekey->device.str() != installation.signer().name()) return std::nullopt;
  return *std::move(prekey);
}

bool is_fresh(const std::optional<trust::Prekey>& last_resort, const Held& held, base::Time now) {
  return last_resort && held.ids.contains(last_resort->id) &&
         last_resort->at + kPrekeyRotation > now;
}

struct Missing {
  std::size_t once = 0;
  bool last_resort = false;
  std::vector<std::string> lost;  // ids at the relay whose secrets are not here
};

Missing compare(const Installation& installation, const wire::PrekeyStock& stock, const Held& held,
                base::Time now) {
  Missing missing;
  for (const std::string& id : stock.once) {
    if (!held.ids.contains(id)) missing.lost.push_back(id);
  }
  const std::size_t left = stock.once.size() - missing.lost.size();
  missing.once = std::min(wire::kPrekeyStock - std::min(wire::kPrekeyStock, left),
                          kMaxHeld - std::min(kMaxHeld, held.ids.size()));
  missing.last_resort = !is_fresh(last_resort_of(installation, stock, now), held, now);
  return missing;
}

// In the vault before the relay hears of them. A batch that never arrives is made anew at the next
// visit, and its secrets end with their time.
base::Result<std::vector<std::string>> make_missing(Installation& installation,
                                                    const Missing& missing, Context& context) {
  std::vector<std::string> notes;
  const auto make = [&](PrekeyUse use) -> base::Result<void> {
    TRY(NewPrekey made, make_prekey(installation.signer(), installation.name(), use,
                                    context.clock.now(), context.random));
    TRY(store_prekey(installation.vault(), made));
    notes.push_back(std::move(made.note));
    return {};
  };
  TRY(installation.vault().transaction([&]() -> base::Result<void> {
    if (missing.last_resort) TRY(make(PrekeyUse::kLastResort));
    for (std::size_t i = 0; i < missing.once; ++i) TRY(make(PrekeyUse::kOnce));
    return {};
  }));
  return notes;
}

}  // namespace

base::Result<NewPrekey> make_prekey(const note::Signer& signer, const trust::DeviceName& device,
                                    PrekeyUse use, base::Time now, base::Random& random) {
  const age::X25519Identity identity = age::X25519Identity::generate(random);
  const std::string id = base::to_hex(crypto::random_bytes(random, 8));
  const bool once = use == PrekeyUse::kOnce;
  const trust::Prekey prekey{device, id,  "age-x25519",     identity.recipient().str(),
                             !once,  now, now + kPrekeyLife};
  TRY(const std::string text, trust::format(prekey));
  return NewPrekey{{id, identity.to_text(), now, now + kPrekeyLife, once},
                   note::sign(text, signer)};
}

base::Result<void> store_prekey(vault::Vault& vault, const NewPrekey& prekey) {
  TRY(vault.insert(Kind::kPrekeySecret, prekey.secret.id, encode(prekey.secret).expose()));
  return {};
}

base::Result<HeldPrekey> find_prekey(const vault::Vault& vault, std::string_view id) {
  TRY(const vault::Row row, vault.get(Kind::kPrekeySecret, id));
  TRY(const PrekeySecret secret, decode_prekey_secret(row.value.expose()));
  TRY(age::X25519Identity identity, age::X25519Identity::parse(secret.identity.expose_text()));
  return HeldPrekey{std::move(identity), secret.once ? PrekeyUse::kOnce : PrekeyUse::kLastResort};
}

base::Result<HeldPrekeys> count_prekeys(const vault::Vault& vault, base::Time now) {
  HeldPrekeys held;
  TRY(vault.each(Kind::kPrekeySecret, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(const PrekeySecret secret, decode_prekey_secret(row.value.expose()));
    if (secret.expires <= now) return true;
    ++held.usable;
    held.until = std::max(held.until, secret.expires);
    return true;
  }));
  return held;
}

base::Result<void> destroy_once(vault::Vault& vault, std::string_view id) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kPrekeySecret, id));
  if (!row) return {};
  TRY(const PrekeySecret secret, decode_prekey_secret(row->value.expose()));
  if (!secret.once) return {};
  TRY(vault.erase(Kind::kPrekeySecret, row->id));
  return mark_erasure(vault, secret.id);
}

base::Result<void> fill_stock(Installation& installation, client::RelayClient& relay,
                              Context& context) {
  const base::Time now = context.clock.now();
  TRY(const trust::Device* self, installation.self(now));
  if (!trust::allowed(self->role, trust::Operation::kPublishPrekey)) return {};
  // Before the vault is looked at: what another process of this profile publishes is there by then.
  TRY(const wire::PrekeyStock stock, relay.prekey_stock());
  TRY(const Held held, held_prekeys(installation, now));
  TRY(destroy_outlived(installation.vault(), held.outlived));
  const Missing missing = compare(installation, stock, held, now);
  if (missing.once == 0 && !missing.last_resort && missing.lost.empty()) return {};
  TRY(std::vector<std::string> notes, make_missing(installation, missing, context));
  return relay.publish_prekeys({std::move(notes), missing.lost});
}

base::Result<PrekeyStock> prekey_stock(const Installation& installation, client::RelayClient& relay,
                                       base::Time now) {
  TRY(const wire::PrekeyStock stock, relay.prekey_stock());
  PrekeyStock out;
  out.once = stock.once.size();
  if (const auto last_resort = last_resort_of(installation, stock, now)) {
    out.last_resort_at = last_resort->at;
  }
  return out;
}

}  // namespace sealpost::flow
