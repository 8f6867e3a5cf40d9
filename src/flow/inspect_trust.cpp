#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "flow/inspect_parts.hpp"
#include "text/time.hpp"
#include "trust/chain.hpp"
#include "trust/invitation_token.hpp"

namespace sealpost::flow {
namespace {

using base::Result;
using text::OrderedTree;
using trust::Chain;

OrderedTree describe(const trust::Device& device) {
  return {{"device", device.certificate.name.str()},
          {"role", trust::role_name(device.role)},
          {"expires", text::format_time(device.certificate.expires)},
          {"revoked", device.revoked}};
}

std::size_t open_invitations(const Chain& chain) {
  const auto& all = chain.invitations();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& entry) {
    return !entry.second.used && !entry.second.revoked;
  }));
}

// What stands in the chain as far as it verified.
void describe_chain(const Chain& chain, OrderedTree& findings) {
  findings["head"] = base::to_base64(chain.head());
  if (chain.relay()) {
    findings["relay"] = chain.relay()->url;
    findings["log"] = chain.relay()->log.vkey();
  }
  findings["policy"] = chain.policy_text().has_value();
  findings["open_invitations"] = open_invitations(chain);
  for (const auto& [name, device] : chain.devices()) {
    findings["devices"].push_back(describe(device));
  }
}

// The root that the chain's first entry names.
Result<note::Verifier> named_root(const std::string& entry) {
  TRY(const note::Note note, note::parse(entry));
  TRY(const trust::Organisation organisation, trust::parse_organisation(note.text));
  return organisation.root;
}

}  // namespace

Result<Inspection> inspect_chain(std::string_view file, const Root& root) {
  TRY(const auto entries, trust::split_entries(file));
  if (entries.size() == 1) return inspect_note(file, root);
  TRY(const note::Verifier named, named_root(entries.front()));
  Chain chain(root.value_or(named));
  Inspection found;
  found.kind = "trust-chain";
  found.summary = fmt::format("the trust chain of {}", named.name());
  for (const std::string& entry : entries) {
    const auto appended = chain.append(entry);
    if (appended) continue;
    found.failure =
        base::with_context(appended.error(), fmt::format("entry {} of the chain", chain.size()));
    break;
  }
  found.findings["root"] = named.vkey();
  found.findings["checked_against"] = root ? "the root that was given" : "the root that it names";
  found.findings["entries"] = entries.size();
  found.findings["verified_entries"] = chain.size();
  describe_chain(chain, found.findings);
  return found;
}

Result<Inspection> inspect_token(std::string_view text, const Root& root) {
  TRY(const trust::InvitationToken token, trust::parse_token(text));
  TRY(const note::Note note, note::parse(token.invitation_note));
  TRY(const trust::Invitation invitation, trust::parse_invitation(note.text));
  Inspection found;
  found.kind = "invitation-token";
  found.summary = "an invitation, secret: it admits whoever holds it";
  found.findings["organisation"] = token.root.name();
  found.findings["root"] = token.root.vkey();
  found.findings["user"] = invitation.user;
  found.findings["role"] = trust::role_name(invitation.role);
  if (!invitation.purposes.empty()) found.findings["purposes"] = invitation.purposes;
  found.findings["at"] = text::format_time(invitation.at);
  found.findings["expires"] = text::format_time(invitation.expires);
  found.findings["relay"] = token.relay_url;
  if (!token.relay_pin.empty()) found.findings["pin"] = token.relay_pin;
  found.findings["log"] = note::format_view(token.log);
  found.findings["trust"] = note::format_view(token.trust);
  const note::Verifier known = root.value_or(token.root);
  add_signatures(found, note, std::span(&known, 1));
  return found;
}

}  // namespace sealpost::flow
