#include "flow/rotation.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "flow/enrol.hpp"
#include "flow/sync.hpp"
#include "flow/take_lease.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

constexpr int kTries = 3;  // while others append to the chain

// The certificate after this device's present one, signed with its key and with the new one.
base::Result<std::string> make_successor(const Installation& installation, const note::Signer& next,
                                         base::Time now) {
  TRY(const trust::Device* self, installation.self(now));
  trust::Certificate certificate = self->certificate;
  certificate.role = self->role;
  certificate.purposes = self->purposes;
  certificate.issuer =
      "certificate " + base::to_hex(crypto::sha256(base::as_bytes(self->certificate_note)));
  ++certificate.number;
  certificate.key = next.verifier();
  certificate.at = std::max(now, self->certificate.at);  // clocks differ
  certificate.expires = certificate.at + kCertificateLife;
  TRY(const std::string text, trust::format(certificate));
  const note::Signer& own = installation.signer();
  if (next.verifier() == own.verifier()) return note::sign(text, own);
  const note::Signer* const both[] = {&own, &next};
  return note::sign(text, both);
}

// Hands the entry in and takes it into this vault. kConflict when the chain has gone on.
base::Result<void> append(Installation& installation, client::RelayClient& relay,
                          const std::string& entry) {
  TRY(relay.append_trust({installation.chain().size() + 1, {entry}}));
  return installation.extend_chain(std::span(&entry, 1));
}

bool wants_renewal(const trust::Certificate& certificate, base::Time now) {
  return now - certificate.at > (certificate.expires - certificate.at) * 2 / 3;
}

// Whether the chain that this vault has verified certifies that key as this device's.
bool certified(const Installation& installation, const note::Signer& signer) {
  const trust::Device* self = installation.chain().device(signer.name());
  return self != nullptr && self->certificate.key == signer.verifier();
}

base::Result<client::RelayClient> client_with(const Installation& installation,
                                              const note::Signer& signer, Context& context) {
  const Profile& profile = installation.profile();
  return client::RelayClient::make({profile.url, profile.pin}, &signer,
                                   {context.clock, context.random, context.interrupt});
}

// What the relay answers to a key that is not the device's, or not any more.
bool is_unknown(base::Code code) {
  return code == base::Code::kKeyReplaced || code == base::Code::kLocked;
}

// Two changes at once would each make the other's key one that somebody else has replaced.
base::Result<vault::Lease> change_alone(const Installation& installation, Context& context) {
  const base::Error busy{base::Code::kBusy, "another process is changing the key of this device",
                         "see what became of it: sealpost key show"};
  return take_lease(installation.vault(), "key rotation", busy, context);
}

// The relay's word and this vault's change. When the answer to a first try was lost, a second one
// finds that the relay knows the old key no more.
base::Result<void> certify(Installation& installation, client::RelayClient& relay,
                           const note::Signer& next, Context& context) {
  for (int i = 0;; ++i) {
    TRY(const std::string entry, make_successor(installation, next, context.clock.now()));
    auto done = append(installation, relay, entry);
    // Nobody can use a prekey that the old key has signed: the next visit fills the stock.
    if (done) return installation.adopt_pending_signer();
    if (is_unknown(done.error().code)) {
      TRY(settle_key(installation, context));
      TRY(const auto pending, installation.pending_signer());
      return pending ? done : base::Result<void>();
    }
    if (done.error().code != base::Code::kConflict || i + 1 == kTries) return done;
    TRY(sync_trust(installation, relay));
  }
}

Rotated told(const Installation& installation) {
  const trust::Device* self = installation.chain().device(installation.signer().name());
  return {self->certificate.key, self->certificate.number, self->certificate.expires};
}

}  // namespace

base::Result<void> renew_certificate(Installation& installation, client::RelayClient& relay,
                                     Context& context) {
  for (int i = 0; i < kTries; ++i) {
    const base::Time now = context.clock.now();
    TRY(const trust::Device* self, installation.self(now));
    if (!wants_renewal(self->certificate, now)) return {};
    TRY(const std::string entry, make_successor(installation, installation.signer(), now));
    auto done = append(installation, relay, entry);
    if (done || done.error().code != base::Code::kConflict) return done;
    TRY(sync_trust(installation, relay));
  }
  return {};  // it is still valid, and the next visit comes
}

base::Result<void> settle_key(Installation& installation, Context& context) {
  TRY(const std::optional<note::Signer> pending, installation.pending_signer());
  if (!pending) return installation.take_up_signer();  // another process may have completed it
  if (!certified(installation, *pending)) {
    const note::Verifier before = installation.signer().verifier();
    TRY(client::RelayClient as_before, client_with(installation, installation.signer(), context));
    const auto known = as_before.trust_since(installation.chain().size());
    if (known) return {};  // the old key is in force; rotate_key() goes on with the new one
    if (!is_unknown(known.error().code)) return known.error();
    TRY(client::RelayClient as_new, client_with(installation, *pending, context));
    const auto synced = sync_trust(installation, as_new);
    if (!synced && is_unknown(synced.error().code)) {
      // Other processes of this profile have changed it, and perhaps more than once, meanwhile.
      TRY(installation.take_up_signer());
      if (installation.signer().verifier() != before) return settle_key(installation, context);
      return known.error();  // somebody else has given it a third
    }
    TRY(synced);
  }
  return certified(installation, *pending) ? installation.adopt_pending_signer()
                                           : base::Result<void>();
}

bool find_new_key(Installation& installation, Context& context) {
  const note::Verifier before = installation.signer().verifier();
  const auto is_new = [&] { return installation.signer().verifier() != before; };
  if (installation.take_up_signer() && is_new()) return true;
  return settle_key(installation, context) && is_new();
}

base::Result<Rotated> rotate_key(Installation& installation, Context& context) {
  TRY(const vault::Lease alone, change_alone(installation, context));
  TRY(const auto unfinished, installation.pending_signer());
  TRY(client::RelayClient relay, visit(installation, context));
  relay.on_replaced_key({});  // who replaces it is this very command
  TRY(std::optional<note::Signer> next, installation.pending_signer());
  if (!unfinished || next) {  // else the visit has completed what was begun before
    if (!next) {
      TRY(note::Signer made, installation.make_pending_signer(context.random));
      next = std::move(made);
    }
    TRY(certify(installation, relay, *next, context));
  }
  TRY(visit(installation, context));  // with the new key; hands in the new prekey
  return told(installation);
}

}  // namespace sealpost::flow
