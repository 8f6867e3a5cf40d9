#include "flow/agreements.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/register_files.hpp"
#include "flow/registry.hpp"
#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

using reg::Stream;

constexpr std::size_t kMaxParty = 200;  // bytes
constexpr std::size_t kShortestPrefix = 8;
constexpr std::string_view kRelayKind = "baa";  // what lets others handle the organisation's data

base::Error usage(std::string text, std::string hint = "") {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

bool same_party(std::string_view a, std::string_view b) { return text::fold(a) == text::fold(b); }

base::Result<void> check_new(const NewAgreement& fresh) {
  const std::string& party = fresh.party;
  if (party.empty() || party.size() > kMaxParty || !text::is_plain(party)) {
    return usage("the other party is a name of at most 200 bytes, without control characters",
                 "name it as the contract does, like 'Lab One'");
  }
  if (!reg::is_agreement_kind(fresh.kind)) {
    return usage(
        fmt::format("there is no kind of agreement \"{}\"", text::for_terminal(fresh.kind)),
        fmt::format("one of: {}", fmt::join(reg::kAgreementKinds, ", ")));
  }
  if (fresh.signed_at && fresh.expires && *fresh.expires <= *fresh.signed_at) {
    return usage("it would expire before it was signed", "check --signed and --expires");
  }
  return {};
}

base::Result<std::vector<reg::Agreement>> standing_agreements(const vault::Vault& vault) {
  std::vector<reg::Agreement> all;
  TRY(each_agreement(vault, [&](reg::Agreement agreement) -> base::Result<void> {
    if (!agreement.removed) all.push_back(std::move(agreement));
    return {};
  }));
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return std::tie(a.party, a.signed_at, a.id) < std::tie(b.party, b.signed_at, b.id);
  });
  return all;
}

// A gap that is over is no lapse any more; one that lasts, or lies ahead, is.
bool outlasts(const reg::Agreement& other, const reg::Agreement& one, base::Time now) {
  return other.kind == one.kind && same_party(other.party, one.party) &&
         (!other.expires || *other.expires > *one.expires) &&
         (!other.signed_at || *other.signed_at <= std::max(*one.expires, now));
}

base::Result<void> check_not_recorded(const vault::Vault& vault, const NewAgreement& fresh) {
  TRY(const std::vector<reg::Agreement> all, standing_agreements(vault));
  for (const reg::Agreement& one : all) {
    if (one.kind != fresh.kind || one.signed_at != fresh.signed_at ||
        one.expires != fresh.expires || !same_party(one.party, fresh.party)) {
      continue;
    }
    return base::Error{base::Code::kConflict, "this agreement is recorded already",
                       fmt::format("sealpost agreement show {}", one.id)};
  }
  return {};
}

bool is_meant(const reg::Agreement& agreement, std::string_view which) {
  if (which.size() >= kShortestPrefix && agreement.id.starts_with(which)) return true;
  return same_party(agreement.party, which);
}

base::Result<reg::Agreement> choose(const vault::Vault& vault, std::string_view which) {
  TRY(std::vector<reg::Agreement> all, standing_agreements(vault));
  std::erase_if(all, [&](const auto& one) { return !is_meant(one, which); });
  if (all.size() == 1) return std::move(all.front());
  const std::string name = text::for_terminal(which);
  if (all.empty()) {
    return base::Error{base::Code::kNotFound, fmt::format("there is no agreement {}", name),
                       "see `sealpost agreement list`"};
  }
  std::string ids;
  for (const auto& one : all) ids += (ids.empty() ? "" : ", ") + one.id;
  return base::Error{base::Code::kConflict, fmt::format("several agreements fit {}", name),
                     "choose by id: " + ids};
}

}  // namespace

std::string_view agreement_state(const reg::Agreement& agreement, base::Time now) {
  if (agreement.in_force(now)) return "in-force";
  return agreement.expires && *agreement.expires <= now ? "expired" : "not-yet";
}

base::Result<reg::Agreement> add_agreement(Installation& installation, const NewAgreement& fresh,
                                           Context& context, TransferProgress& progress) {
  TRY(check_new(fresh));
  TRY(client::RelayClient relay, open_register(installation, Stream::kOrganisation, context));
  TRY(check_writes(installation, context.clock.now()));
  TRY(check_not_recorded(installation.vault(), fresh));
  reg::AgreementRecord record;
  record.id = reg::new_record_id(context.random);
  record.party = fresh.party;
  record.kind = fresh.kind;
  record.signed_at = fresh.signed_at;
  if (fresh.expires) record.expires = fresh.expires;
  RegisterDraft draft;
  if (fresh.file) {
    TRY(record.file, store_register_file(installation, relay, *fresh.file, context, progress));
    draft.blobs.push_back(record.file->blob);
  }
  const std::string id = record.id;
  draft.records.emplace_back(std::move(record));
  TRY(write_register(installation, relay, Stream::kOrganisation, std::move(draft), context));
  return find_agreement(installation.vault(), id);
}

base::Result<std::vector<reg::Agreement>> lapsing_agreements(const vault::Vault& vault,
                                                             base::Time by, base::Time now) {
  TRY(const std::vector<reg::Agreement> all, standing_agreements(vault));
  std::vector<reg::Agreement> lapsing;
  for (const reg::Agreement& one : all) {
    if (!one.expires || *one.expires > by) continue;
    const bool outlasted = std::any_of(
        all.begin(), all.end(), [&](const auto& other) { return outlasts(other, one, now); });
    if (!outlasted) lapsing.push_back(one);
  }
  return lapsing;
}

base::Result<std::vector<reg::Agreement>> list_agreements(Installation& installation,
                                                          std::optional<base::Time> ending_by,
                                                          Context& context) {
  TRY(catch_up_register(installation, Stream::kOrganisation, context));
  if (ending_by) {
    return lapsing_agreements(installation.vault(), *ending_by, context.clock.now());
  }
  return standing_agreements(installation.vault());
}

base::Result<reg::Agreement> show_agreement(Installation& installation, std::string_view which,
                                            Context& context) {
  TRY(catch_up_register(installation, Stream::kOrganisation, context));
  return choose(installation.vault(), which);
}

base::Result<std::filesystem::path> save_agreement_file(Installation& installation,
                                                        const reg::Agreement& agreement,
                                                        const std::filesystem::path& folder,
                                                        Context& context,
                                                        TransferProgress& progress) {
  if (!agreement.file) {
    return base::Error{base::Code::kNotFound, "no file was recorded with this agreement", ""};
  }
  TRY(client::RelayClient relay, connect(installation, context));
  return save_register_file(relay, *agreement.file, folder, context, progress);
}

base::Result<void> remove_agreement(Installation& installation, const std::string& id,
                                    Context& context) {
  TRY(client::RelayClient relay, open_register(installation, Stream::kOrganisation, context));
  TRY(const reg::Agreement agreement, choose(installation.vault(), id));
  reg::AgreementRecord record;
  record.id = agreement.id;
  record.removed = true;
  RegisterDraft draft;
  draft.records.emplace_back(std::move(record));
  return write_register(installation, relay, Stream::kOrganisation, std::move(draft), context);
}

base::Result<std::optional<base::Time>> relay_agreement_gap(const vault::Vault& vault,
                                                            std::string_view party,
                                                            base::Time from) {
  TRY(const std::vector<reg::Agreement> all, standing_agreements(vault));
  const auto holds = [&](const reg::Agreement& one) {
    return one.kind == kRelayKind && one.in_force(from) && same_party(one.party, party);
  };
  while (true) {
    const auto one = std::find_if(all.begin(), all.end(), holds);
    if (one == all.end()) return std::optional(from);
    if (!one->expires) return std::optional<base::Time>();
    from = *one->expires;
  }
}

base::Result<void> check_relay_agreement(Installation& installation, client::RelayClient& relay,
                                         Context& context) {
  TRY(const policy::Policy policy, installation.policy());
  if (!policy.relay_agreement) return {};
  TRY(meet_register(installation, relay, Stream::kOrganisation, context));
  const base::Time now = context.clock.now();
  TRY(const std::optional<base::Time> gap,
      relay_agreement_gap(installation.vault(), *policy.relay_agreement, now));
  if (gap != now) return {};
  return base::Error{
      base::Code::kDenied,
      fmt::format("no agreement of kind {} with {} is in force, and the policy lets nothing be "
                  "sent without",
                  kRelayKind, *policy.relay_agreement),
      kNoRelayAgreementHint};
}

}  // namespace sealpost::flow
