#include "flow/receipt_event.hpp"

#include "base/encoding.hpp"

namespace sealpost::flow {
namespace {

std::string_view event_of(receipt::State state) {
  switch (state) {
    case receipt::State::kAccepted:
      return "message.send";
    case receipt::State::kDelivered:
      return "message.deliver";
    case receipt::State::kRead:
      return "message.read";
    case receipt::State::kUndecryptable:
      return "message.undecryptable";
    case receipt::State::kExpired:
      return "message.expire";
    case receipt::State::kDropped:
      return "message.drop";
    case receipt::State::kOpenedByLink:
      return "message.opened-by-link";
    case receipt::State::kLinkLocked:
      return "message.link-locked";
    case receipt::State::kRecalled:
      return "message.recalled";
    case receipt::State::kWithdrawn:
      return "message.withdraw";
  }
  return "";
}

// Devices speak about a message of one sender; the relay's events name those it is for.
bool names_those(const audit::Event& event, const receipt::Receipt& said) {
  if (!said.device.empty()) return event.objects == std::vector<std::string>{said.device};
  return receipt::is_relays(said.state) || event.objects == std::vector<std::string>{said.from};
}

// Who ended a device is the actor of what went with it, whoever that was; so is who recalled.
bool names_actor(const audit::Event& event, const receipt::Receipt& said) {
  const bool taken =
      said.state == receipt::State::kDropped || said.state == receipt::State::kWithdrawn;
  if (taken) return true;
  return event.actor == (said.state == receipt::State::kAccepted ? said.from : said.by);
}

}  // namespace

base::Result<crypto::Digest> logged_statement(const audit::Event& event,
                                              const receipt::Receipt& said) {
  const base::Error other{base::Code::kVerificationFailed,
                          "the audit event at its index is about something else", ""};
  if (event.event != event_of(said.state) || event.message != said.message ||
      !names_actor(event, said) || event.outcome != audit::Outcome::kSuccess ||
      !names_those(event, said)) {
    return other;
  }
  const auto at = event.details.find("statement");
  if (at == event.details.end()) return other;
  TRY(const base::Bytes bytes, base::parse_hex(at->second));
  return crypto::digest_from(bytes);
}

}  // namespace sealpost::flow
