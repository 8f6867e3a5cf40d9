#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "flow/enrol.hpp"
#include "flow/prekeys.hpp"
#include "flow/register_keys.hpp"
#include "flow/wipe_file.hpp"

namespace sealpost::flow {
namespace {

constexpr std::string_view kEnrolment = "enrolment";

base::Result<trust::Chain> fetch_chain(client::RelayClient& relay, const note::Verifier& root) {
  trust::Chain chain(root);
  for (;;) {
    TRY(const wire::TrustEntries more, relay.trust_since(chain.size()));
    for (const std::string& entry : more.entries) {
      auto fits = chain.check_view(entry);
      if (fits) fits = chain.append(entry);
      if (!fits) {
        return base::Error{base::Code::kVerificationFailed,
                           "the relay's trust chain does not verify: " + fits.error().text, ""};
      }
    }
    if (more.entries.empty() || chain.size() >= more.size) return chain;
  }
}

// The relay must show at least the history that the inviter vouched for, with the invitation in it.
base::Result<void> check_history(const trust::Chain& chain, const trust::InvitationToken& token,
                                 const trust::Invitation& invitation) {
  const auto head = chain.head_at(token.trust.size);
  if (!head || *head != token.trust.hash) {
    return base::Error{base::Code::kVerificationFailed,
                       "the relay's trust chain is not the one the inviter saw",
                       "ask the inviter whether the invitation was copied whole"};
  }
  const auto open = chain.invitations().find(invitation.key.name());
  if (open == chain.invitations().end()) {
    return base::Error{base::Code::kVerificationFailed, "the relay does not know this invitation",
                       ""};
  }
  if (open->second.used) {
    return base::Error{base::Code::kConflict, "this invitation has been used already",
                       "ask for a new one; if it was not you who used it, say so at once"};
  }
  if (open->second.revoked) {
    return base::Error{base::Code::kRevoked, "this invitation was revoked", "ask for a new one"};
  }
  return {};
}

struct Newcomer {
  note::Signer signer;
  std::string certificate;  // note
  NewPrekey prekey;
};

base::Result<Newcomer> make_keys(const trust::Invitation& invitation,
                                 const trust::InvitationToken& token, const trust::DeviceName& name,
                                 Context& context) {
  TRY(note::Signer own,
      note::Signer::make(name.str(), crypto::SigningKey::generate(context.random)));
  TRY(const note::Signer invited,
      note::Signer::make(invitation.key.name(), crypto::SigningKey::from_seed(token.seed)));
  const base::Time now = std::max(context.clock.now(), invitation.at);  // clocks differ
  const std::string issuer =
      "invitation " + base::to_hex(crypto::sha256(base::as_bytes(token.invitation_note)));
  const trust::Certificate certificate{
      name, invitation.role,       invitation.purposes, own.verifier(), 0, issuer, {"age-x25519"},
      now,  now + kCertificateLife};
  TRY(const std::string text, trust::format(certificate));
  const note::Signer* const both[] = {&invited, &own};
  TRY(NewPrekey prekey, make_prekey(own, name, PrekeyUse::kLastResort, now, context.random));
  std::string signed_note = note::sign(text, both);
  return Newcomer{std::move(own), std::move(signed_note), std::move(prekey)};
}

base::Result<void> check_token(const trust::InvitationToken& token,
                               const trust::Invitation& invitation, base::Time now) {
  const crypto::SigningKey key = crypto::SigningKey::from_seed(token.seed);
  if (key.verify_key() != invitation.key.key()) {
    return base::Error{base::Code::kVerificationFailed, "the invitation's key is another one", ""};
  }
  if (now >= invitation.expires) {
    return base::Error{base::Code::kDenied, "this invitation has expired", "ask for a new one"};
  }
  return {};
}

// An enrolment whose answer has not come yet, so that a second try sends the same one.
base::Result<void> store_enrolment(vault::Vault& vault, const wire::Enrolment& enrolment) {
  const base::Bytes packed = wire::to_cbor(enrolment);
  return vault.put(vault::Kind::kState, kEnrolment, packed);
}

// Whether the relay has read the enrolment and said no.
bool refused(base::Code code) {
  return code == base::Code::kConflict || code == base::Code::kDenied ||
         code == base::Code::kRevoked || code == base::Code::kLocked ||
         code == base::Code::kUsage || code == base::Code::kVerificationFailed;
}

// The log must extend what the inviter had seen.
base::Result<void> pin_log(Installation& installation, const note::View& seen) {
  if (seen.size == 0 || installation.checkpoint().size > 0) return {};
  TRY(const note::Verifier log, installation.log_verifier());
  return installation.set_checkpoint({log.name(), seen.size, seen.hash});
}

base::Result<void> finish(vault::Vault& vault, client::RelayClient& invited,
                          const trust::InvitationToken& token, Context& context) {
  TRY(const std::optional<vault::Row> row, vault.find(vault::Kind::kState, kEnrolment));
  if (!row) {
    return base::Error{base::Code::kConflict, "this profile has joined already",
                       "choose another name with --profile"};
  }
  TRY(const wire::Enrolment enrolment, wire::parse_enrolment(row->value.expose()));
  if (auto enrolled = invited.enrol(enrolment); !enrolled) {
    if (refused(enrolled.error().code)) TRY(vault.erase(vault::Kind::kState, row->id));
    return enrolled;
  }
  TRY(Installation installation, Installation::load(vault));
  TRY(client::RelayClient own, connect(installation, context));
  TRY(sync_trust(installation, own));
  TRY(installation.self(context.clock.now()));
  TRY(pin_log(installation, token.log));
  TRY(sync_log(installation, own));
  TRY(check_log_views(installation, own, installation.chain().entries()));
  // Where the role needs a one-time code, the visit after it fills the stock.
  auto filled = fill_stock(installation, own, context);
  if (filled) filled = tend_registers(installation, own, context);
  if (!filled && filled.error().code != base::Code::kMfaRequired) return filled;
  TRY(keep_wipe_file(installation, context));
  return vault.erase(vault::Kind::kState, row->id);
}

// Makes the keys and puts them into the vault, before the relay burns the invitation for them.
base::Result<void> prepare(vault::Vault& vault, const trust::InvitationToken& token,
                           const trust::Invitation& invitation, const std::string& device,
                           client::RelayClient& invited, Context& context) {
  TRY(check_token(token, invitation, context.clock.now()));
  TRY(const trust::Chain chain, fetch_chain(invited, token.root));
  TRY(check_history(chain, token, invitation));
  const trust::DeviceName name{token.root.name(), invitation.user, device};
  TRY(Newcomer newcomer, make_keys(invitation, token, name, context));
  trust::Chain longer = chain;
  TRY(longer.append(newcomer.certificate));
  const Profile profile{token.root.vkey(), invitation.user, device, token.relay_url,
                        token.relay_pin};
  const wire::Enrolment enrolment{newcomer.certificate, newcomer.prekey.note};
  return Installation::initialise(vault, profile, newcomer.signer.key(), nullptr, chain, [&] {
    auto stored = store_prekey(vault, newcomer.prekey);
    return stored ? store_enrolment(vault, enrolment) : stored;
  });
}

}  // namespace

base::Result<bool> may_be_enrolled(const vault::Vault& vault) {
  TRY(const std::optional<vault::Row> row, vault.find(vault::Kind::kState, kEnrolment));
  return row.has_value();
}

base::Result<trust::Invitation> invitation_of(const trust::InvitationToken& token) {
  TRY(const note::Note signed_note, note::parse(token.invitation_note));
  return trust::parse_invitation(signed_note.text);
}

base::Result<void> join(vault::Vault& vault, const trust::InvitationToken& token,
                        const std::string& device, Context& context) {
  if (!trust::is_device(device)) {
    return base::Error{base::Code::kUsage, "a device's name is like laptop",
                       "lower-case letters, digits, dashes and underscores, at most 32"};
  }
  TRY(const trust::Invitation invitation, invitation_of(token));
  TRY(const note::Signer invited,
      note::Signer::make(invitation.key.name(), crypto::SigningKey::from_seed(token.seed)));
  TRY(client::RelayClient relay,
      client::RelayClient::make({token.relay_url, token.relay_pin}, &invited,
                                {context.clock, context.random, context.interrupt}));
  TRY(const bool fresh, Installation::is_fresh(vault));
  if (fresh) TRY(prepare(vault, token, invitation, device, relay, context));
  return finish(vault, relay, token, context);
}

}  // namespace sealpost::flow
