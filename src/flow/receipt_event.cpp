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
  }
  return "";
}

// Devices speak about a message of one sender; the relay's events name those it is for.
bool names_sender(const audit::Event& event, const receipt::Receipt& said) {
  return receipt::is_relays(said.state) || event.objects == std::vector<std::string>{said.from};
}

}  // namespace

base::Result<crypto::Digest> logged_statement(const audit::Event& event,
                                              const receipt::Receipt& said) {
  const base::Error other{base::Code::kVerificationFailed,
                          "the audit event at its index is about something else", ""};
  const std::string& actor = said.state == receipt::State::kAccepted ? said.from : said.by;
  if (event.event != event_of(said.state) || event.message != said.message ||
      event.actor != actor || event.outcome != audit::Outcome::kSuccess ||
      !names_sender(event, said)) {
    return other;
  }
  const auto at = event.details.find("statement");
  if (at == event.details.end()) return other;
  TRY(const base::Bytes bytes, base::parse_hex(at->second));
  return crypto::digest_from(bytes);
}

}  // namespace sealpost::flow
