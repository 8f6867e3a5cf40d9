#include <fmt/format.h>

#include "flow/agreements.hpp"
#include "flow/doctor.hpp"
#include "flow/registry.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

constexpr std::chrono::days kAgreementAlarm{60};

// Whether the relay has told of either stream.
base::Result<bool> is_used(const vault::Vault& vault) {
  for (const reg::Stream stream : {reg::Stream::kPeople, reg::Stream::kOrganisation}) {
    TRY(const StreamState state, load_stream(vault, stream));
    if (state.begun > 0 || state.keys.newest() > 0) return true;
  }
  return false;
}

base::Result<Finding> register_finding(const Installation& installation, base::Time now) {
  TRY(const bool waits, waits_for_register(installation, now));
  if (!waits) return Finding{"register", Health::kGood, "this device has its keys", ""};
  return Finding{"register", Health::kWeak, "a key of it has not reached this device yet",
                 how_the_key_comes(installation, now)};
}

// What devices have written that counts for nothing; nothing when there is none.
base::Result<Findings> faulty_entries(const vault::Vault& vault) {
  constexpr std::size_t kNamed = 10;
  Findings findings;
  std::size_t more = 0;
  TRY(each_faulty_entry(vault, [&](const FaultyEntry& faulty) -> base::Result<void> {
    if (findings.size() == kNamed) {
      ++more;
      return {};
    }
    findings.push_back(
        {"register", Health::kWeak,
         fmt::format("entry {} of its {}, by {}, counts for nothing: it {}", faulty.where.entry,
                     reg::stream_name(faulty.stream), faulty.where.by, faulty.fault),
         "look at that device; `sealpost device revoke` ends it"});
    return {};
  }));
  if (more > 0) {
    findings.push_back({"register", Health::kWeak,
                        fmt::format("{} more of its entries count for nothing", more), ""});
  }
  return findings;
}

std::string named(const reg::Agreement& agreement) {
  const std::string day = text::format_time(*agreement.expires).substr(0, 10);
  return fmt::format("{} ({}, {})", agreement.party, agreement.kind, day);
}

// One finding for what has expired and one for what will soon, or one that nothing does.
base::Result<Findings> agreement_findings(const vault::Vault& vault, base::Time now) {
  TRY(const auto lapsing, lapsing_agreements(vault, now + kAgreementAlarm, now));
  if (lapsing.empty()) {
    return Findings{{"agreements", Health::kGood,
                     fmt::format("none expires within {}", text::format_span(kAgreementAlarm)),
                     ""}};
  }
  std::string expired;
  std::string expiring;
  for (const reg::Agreement& one : lapsing) {
    std::string& list = *one.expires <= now ? expired : expiring;
    list += (list.empty() ? "" : ", ") + named(one);
  }
  constexpr const char* kHint =
      "`sealpost agreement add` records that it was renewed, `remove` that it is not needed";
  Findings findings;
  if (!expired.empty()) {
    findings.push_back({"agreements", Health::kWeak, "expired: " + expired, kHint});
  }
  if (!expiring.empty()) {
    findings.push_back({"agreements", Health::kWeak, "expires soon: " + expiring, kHint});
  }
  return findings;
}

// What the policy lets nothing be sent without; nothing when it names nobody.
base::Result<Findings> relay_agreement_finding(const vault::Vault& vault,
                                               const policy::Policy& policy, base::Time now) {
  if (!policy.relay_agreement) return Findings{};
  const std::string& party = *policy.relay_agreement;
  TRY(const std::optional<base::Time> gap, relay_agreement_gap(vault, party, now));
  if (gap == now) {
    return Findings{{"relay-agreement", Health::kBroken,
                     fmt::format("nothing can be sent: no agreement of kind baa with {} is in "
                                 "force, and the policy asks for one",
                                 party),
                     kNoRelayAgreementHint}};
  }
  if (gap && *gap <= now + kAgreementAlarm) {
    return Findings{{"relay-agreement", Health::kWeak,
                     fmt::format("nothing can be sent from {} on: then no agreement of kind baa "
                                 "with {} is in force, and the policy asks for one",
                                 text::format_time(*gap), party),
                     kNoRelayAgreementHint}};
  }
  return Findings{{"relay-agreement", Health::kGood,
                   fmt::format("the one with {} holds for {} at least", party,
                               text::format_span(kAgreementAlarm)),
                   ""}};
}

void append(Findings& findings, const Findings& more) {
  findings.insert(findings.end(), more.begin(), more.end());
}

// Agreements of a stream that nobody has begun there are none.
base::Result<void> examine_agreements(Installation& installation, client::RelayClient& relay,
                                      const policy::Policy& policy, base::Time now,
                                      Findings& findings) {
  const vault::Vault& vault = installation.vault();
  TRY(const StreamState state, load_stream(vault, reg::Stream::kOrganisation));
  const bool waits = state.keys.newest() == 0;
  if (waits && state.begun > 0) return {};
  if (!waits) {
    auto followed = follow(installation, relay, reg::Stream::kOrganisation, now);
    if (!followed && followed.error().code != base::Code::kBusy) return followed;
  }
  TRY(const Findings asked, relay_agreement_finding(vault, policy, now));
  append(findings, asked);
  if (waits) return {};
  TRY(const Findings agreements, agreement_findings(vault, now));
  append(findings, agreements);
  return {};
}

}  // namespace

base::Result<void> examine_register(Installation& installation, client::RelayClient& relay,
                                    Context& context, Findings& findings) {
  const base::Time now = context.clock.now();
  TRY(const trust::Device* self, installation.self(now));
  TRY(const policy::Policy policy, installation.policy());
  if (!may_hold(policy, *self)) return {};
  TRY(tend_registers(installation, relay, context));
  TRY(const bool used, is_used(installation.vault()));
  if (used) {
    TRY(Finding keys, register_finding(installation, now));
    findings.push_back(std::move(keys));
    TRY(const Findings faulty, faulty_entries(installation.vault()));
    append(findings, faulty);
  }
  return examine_agreements(installation, relay, policy, now, findings);
}

}  // namespace sealpost::flow
