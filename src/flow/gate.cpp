#include "flow/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

struct Way {
  std::string_view channel;
  std::string_view field;  // without which there is no such way
};
constexpr std::array kWays{Way{"link-sms", "phone"}, Way{"link-email", "email"}};

bool was_warned(const reg::Contact& contact, const std::string& grant) {
  return std::any_of(contact.grants.begin(), contact.grants.end(), [&](const reg::Granted& one) {
    return one.record.id == grant && one.record.warned;
  });
}

}  // namespace

base::Result<void> check_declared(const policy::Policy& policy, std::string_view purpose) {
  // Which role may use it is not the question here.
  const auto checked =
      policy::check_purpose(policy, purpose, trust::role_name(trust::Role::kOwner));
  if (!checked && checked.error().code == base::Code::kUsage) return checked.error();
  return {};
}

base::Result<void> check_channel(const std::string& channel) {
  if (reg::is_channel(channel)) return {};
  return base::Error{base::Code::kUsage,
                     fmt::format("there is no channel \"{}\"", text::for_terminal(channel)),
                     fmt::format("channels are {}", fmt::join(reg::kChannels, ", "))};
}

base::Time present(const reg::Contact& contact, base::Time now) {
  return std::max(now, contact.changed.at);
}

base::Result<reg::Decision> decide_for(const Installation& installation,
                                       const reg::Contact& contact, const std::string& purpose,
                                       const std::string& channel, base::Time now) {
  TRY(const policy::Policy policy, installation.policy());
  TRY(check_declared(policy, purpose));
  if (!channel.empty()) TRY(check_channel(channel));
  return reg::decide(contact, purpose, channel, present(contact, now),
                     !policy::asks_consent(policy, purpose));
}

base::Result<reg::Decision> decide_grant(const Installation& installation,
                                         const reg::GrantRecord& grant, base::Time now) {
  TRY(const KeyedContact keyed, find_contact(installation.vault(), grant.contact));
  reg::Decision decision;
  for (const std::string& purpose : grant.purposes) {
    for (const std::string& channel : grant.channels) {
      TRY(decision, decide_for(installation, keyed.contact, purpose, channel, now));
      if (!decision.allowed) return decision;
    }
  }
  return decision;
}

base::Result<reg::Decision> pass_gate(const Installation& installation, client::RelayClient& relay,
                                      const reg::Contact& contact, const std::string& purpose,
                                      const std::string& channel, base::Time now) {
  TRY(const reg::Decision decision, decide_for(installation, contact, purpose, channel, now));
  TRY(relay.record_decisions(
      {{{contact.id, purpose, channel, decision.allowed, decision.code, decision.status.grant}}}));
  return decision;
}

base::Result<LinkDecision> decide_link(const Installation& installation, const std::string& who,
                                       const std::string& purpose, base::Time now,
                                       const std::vector<std::string>& preferred) {
  TRY(KeyedContact keyed, find_contact(installation.vault(), who));
  std::string channel;
  auto ways = kWays;
  std::stable_partition(ways.begin(), ways.end(), [&](const Way& way) {
    return std::find(preferred.begin(), preferred.end(), way.channel) != preferred.end();
  });
  for (const Way& way : ways) {
    if (!keyed.contact.personal.contains(std::string(way.field))) continue;
    TRY(const reg::Decision decision,
        decide_for(installation, keyed.contact, purpose, std::string(way.channel), now));
    if (channel.empty() || decision.allowed) channel = way.channel;
    if (decision.allowed) break;
  }
  TRY(reg::Decision decision, decide_for(installation, keyed.contact, purpose, channel, now));
  return LinkDecision{std::move(keyed), purpose, std::move(channel), std::move(decision)};
}

wire::ConsentDecision decision_of(const LinkDecision& decided) {
  const reg::Decision& decision = decided.decision;
  return {decided.contact.contact.id, decided.purpose, decided.channel,
          decision.allowed,           decision.code,   decision.status.grant};
}

base::Result<LinkLeave> leave_of(LinkDecision decided, const std::string& who) {
  if (!decided.decision.allowed) return no_consent(who, decided.purpose, decided.decision);
  const bool warned = was_warned(decided.contact.contact, decided.decision.status.grant);
  return LinkLeave{std::move(decided.contact), std::move(decided.channel), warned};
}

base::Result<LinkLeave> leave_for_link(Installation& installation, client::RelayClient& relay,
                                       const std::string& who, const std::string& purpose,
                                       Context& context,
                                       const std::vector<std::string>& preferred) {
  TRY(meet_register(installation, relay, reg::Stream::kPeople, context));
  TRY(LinkDecision decided,
      decide_link(installation, who, purpose, context.clock.now(), preferred));
  TRY(relay.record_decisions({{decision_of(decided)}}));
  return leave_of(std::move(decided), who);
}

base::Error no_consent(const std::string& who, const std::string& purpose,
                       const reg::Decision& decision) {
  base::Error error{
      base::Code::kNoConsent,
      fmt::format("{} may not be written to for {}: {}", who, purpose, decision.reason),
      fmt::format("`sealpost consent grant {} --purpose {}` records leave that was given", who,
                  purpose)};
  if (decision.code == "paused") error.hint = "`sealpost consent review` lists what waits";
  if (decision.code == "removed") error.hint = "";
  return error;
}

}  // namespace sealpost::flow
