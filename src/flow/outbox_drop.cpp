// Giving up what is in the outbox, without pretending that the relay has not got it.
#include <fmt/format.h>

#include "flow/drafts.hpp"
#include "flow/link_notices.hpp"
#include "flow/link_records.hpp"
#include "flow/outbox.hpp"
#include "flow/outgoing.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

base::Result<Asked> ask_relay(Installation& installation, const std::string& id,
                              client::RelayClient& relay) {
  const auto evidence = relay.evidence(id, installation.signer().name());
  if (!evidence && evidence.error().code == base::Code::kNotFound) {
    return Asked{Fate::kNotAccepted, ""};
  }
  if (!evidence) return Asked{Fate::kUnknown, evidence.error().text};
  const auto confirmed = confirm_by_evidence(installation, id, *evidence);
  if (confirmed) return Asked{Fate::kConfirmed, ""};
  if (confirmed.error().code != base::Code::kVerificationFailed) return confirmed.error();
  return Asked{Fate::kUnknown, confirmed.error().text};
}

}  // namespace

base::Result<Asked> ask_fate(Installation& installation, const OutboxEntry& entry,
                             Context& context) {
  if (entry.notice) return Asked{Fate::kNotTold, ""};
  if (!entry.sealed) return Asked{Fate::kNotSent, ""};
  auto relay = visit(installation, context);
  if (!relay && relay.error().code == base::Code::kInterrupted) return std::move(relay).error();
  if (!relay) return Asked{Fate::kUnknown, relay.error().text};
  TRY(const vault::Lease alone, hold(installation.vault(), entry.id, context));
  TRY(const bool still, is_sealed(installation.vault(), entry.id));
  if (!still) return Asked{Fate::kConfirmed, ""};
  return ask_relay(installation, entry.id, *relay);
}

base::Result<void> drop_from_outbox(Installation& installation, const std::string& id,
                                    Context& context) {
  vault::Vault& vault = installation.vault();
  TRY(const vault::Lease alone, hold(vault, id, context));
  TRY(const bool sealed, is_sealed(vault, id));
  TRY(const std::optional<Draft> draft, find_draft(vault, id));
  TRY(const bool notice, awaits_notice(vault, id));
  if (!sealed && !draft && notice) return give_up_notice(vault, id);
  if (!sealed && !draft) {
    return base::Error{base::Code::kNotFound, "it is not in the outbox any more",
                       "see `sealpost sent`"};
  }
  if (sealed) TRY(drop_outgoing(installation, id));
  return vault.transaction([&] { return erase_draft(vault, id); });
}

}  // namespace sealpost::flow
