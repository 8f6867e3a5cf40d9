// What the gate in front of a contact decided. The relay takes the device's word for it, as it
// cannot read consents; that it was asked at all is what the record is for.
#include <algorithm>

#include "relay/handlers/handlers.hpp"
#include "relay/handlers/register_rules.hpp"

namespace sealpost::relay {
namespace {

// A purpose, a channel and a reason are all words of this form: nothing else may stand there, such
// as somebody's name.
bool is_word_or_empty(std::string_view text) { return text.empty() || trust::is_purpose(text); }

base::Result<void> check(const wire::ConsentDecision& decision) {
  const bool good = is_contact_id(decision.contact) && trust::is_purpose(decision.purpose) &&
                    is_word_or_empty(decision.channel) && trust::is_purpose(decision.reason) &&
                    (decision.grant.empty() || is_grant_id(decision.grant));
  if (good) return {};
  return base::Error{base::Code::kMalformed, "a decision is out of form", ""};
}

Fact fact_of(const Unit& unit, const Request& request, const wire::ConsentDecision& decision) {
  audit::Event event = event_of(request, "consent.decision", unit.now);
  event.objects = {decision.contact};
  event.purpose = decision.purpose;
  event.outcome = decision.allowed ? audit::Outcome::kSuccess : audit::Outcome::kRefused;
  if (!decision.channel.empty()) event.details["channel"] = decision.channel;
  event.details["reason"] = decision.reason;
  if (!decision.grant.empty()) event.details["grant"] = decision.grant;
  return Fact{std::move(event)};
}

}  // namespace

base::Result<Outcome> post_decisions(Request& request, Engine&) {
  TRY(wire::ConsentDecisions all, wire::parse_consent_decisions(request.body));
  for (const wire::ConsentDecision& decision : all.decisions) TRY(check(decision));
  const std::string id = all.id;
  const Change change = [request, all = std::move(all)](Unit& unit) -> base::Result<Written> {
    std::vector<Fact> facts;
    for (const wire::ConsentDecision& decision : all.decisions) {
      facts.push_back(fact_of(unit, request, decision));
    }
    return Written{Reply{}, Record::of(std::move(facts))};
  };
  TRY(Change only, once(request, id, change));
  return Outcome(std::move(only));
}

}  // namespace sealpost::relay
