// Accepting messages: each is judged alone, and what is accepted is stored with its receipt and its
// event. Refusals travel in the answer.
#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/links.hpp"
#include "relay/statement.hpp"
#include "text/uuid.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

using base::Code;
using wire::RecipientState;

// Bytes of device names that an audit leaf, or the receipt, has room for, and the most that either
// needs for naming one.
constexpr std::size_t kMaxNames = 60000;
constexpr std::size_t kMaxNaming = 14;
constexpr std::chrono::minutes kClockSlack{5};  // between the sender's expiry and the policy's

struct Judged {
  wire::SubmissionResult result;
  std::optional<Fact> fact = std::nullopt;
};

base::Error malformed(std::string_view why) { return {Code::kMalformed, std::string(why), ""}; }

base::Result<void> check_form(const wire::Submission& submission) {
  if (!text::is_uuid(submission.id)) return malformed("the id is no UUID of version 7 or 8");
  if (submission.link) return check_link_form(submission);
  if (submission.envelopes.empty()) return malformed("a message without an envelope");
  std::set<std::string_view> devices;
  std::size_t names = 0;
  for (const wire::Envelope& envelope : submission.envelopes) {
    if (!devices.insert(envelope.device).second) return malformed("two envelopes for one device");
    if (!trust::parse_device_name(envelope.device)) return malformed("not the name of a device");
    if (envelope.header.empty()) return malformed("an envelope without a header");
    names += envelope.device.size() + kMaxNaming;
  }
  if (names > kMaxNames) return malformed("more recipients than one audit event can name");
  if (submission.payload.empty()) return malformed("a message without a payload");
  return {};
}

base::Result<void> check_purpose(const Unit& unit, const Caller& caller,
                                 const std::string& purpose) {
  TRY(policy::check_purpose(*unit.directory.policy(), purpose, trust::role_name(caller.role)));
  const auto& own = caller.purposes;
  const bool bound = caller.role == trust::Role::kService;
  if (!bound || std::find(own.begin(), own.end(), purpose) != own.end()) return {};
  return base::Error{Code::kDenied, "this service's certificate does not name the purpose", ""};
}

base::Result<void> check_expiry(const Unit& unit, const wire::Submission& submission) {
  const base::Time expires = submission.expires;
  if (expires <= unit.now) return malformed("the message has expired");
  const auto policy = unit.directory.policy();
  const auto longest = policy::max_expiry_for(*policy, submission.purpose);
  if (expires > unit.now + longest + kClockSlack) {
    return base::Error{Code::kUsage, "the message would live longer than the policy allows", ""};
  }
  return {};
}

RecipientState state_of(const trust::Chain& chain, const std::string& device, base::Time now) {
  const auto active = chain.active_device(device, now);
  if (!active && active.error().code == Code::kNotFound) return RecipientState::kUnknown;
  if (!active && active.error().code == Code::kRevoked) return RecipientState::kRevoked;
  if (!active) return RecipientState::kRefused;
  const bool receives = trust::allowed((*active)->role, trust::Operation::kReceive);
  return receives ? RecipientState::kAccepted : RecipientState::kRefused;
}

std::vector<wire::RecipientResult> judge_recipients(const Unit& unit,
                                                    const wire::Submission& submission) {
  return unit.directory.read([&](const trust::Chain& chain) {
    std::vector<wire::RecipientResult> out;
    for (const wire::Envelope& envelope : submission.envelopes) {
      out.push_back({envelope.device, state_of(chain, envelope.device, unit.now)});
    }
    return out;
  });
}

// All or none, unless the sender said that a part will do; none is never a message.
base::Result<void> check_recipients(const std::vector<wire::RecipientResult>& recipients,
                                    bool partial) {
  const auto refused = [](const wire::RecipientResult& recipient) {
    return recipient.state != RecipientState::kAccepted;
  };
  const auto first = std::find_if(recipients.begin(), recipients.end(), refused);
  if (first == recipients.end()) return {};
  if (partial && !std::all_of(recipients.begin(), recipients.end(), refused)) return {};
  const Code code = first->state == RecipientState::kUnknown   ? Code::kNotFound
                    : first->state == RecipientState::kRevoked ? Code::kRevoked
                                                               : Code::kDenied;
  return base::Error{code,
                     first->device + " cannot receive messages: " +
                         std::string(wire::recipient_state_name(first->state)),
                     "send with --partial to reach the others"};
}

wire::SubmissionResult refused(const wire::Submission& submission, const base::Error& error,
                               std::vector<wire::RecipientResult> recipients) {
  wire::SubmissionResult out;
  out.id = submission.id;
  out.error_code = base::code_name(error.code);
  out.error_text = error.text;
  out.recipients = std::move(recipients);
  return out;
}

// The same id again: the first answer for the same content, a conflict for another.
base::Result<Judged> judge_again(Unit& unit, const wire::Submission& submission,
                                 const StoredMessage& stored) {
  if (stored.tag != submission.tag) {
    const base::Error error{Code::kConflict, "this id was used for another message", ""};
    return Judged{refused(submission, error, {})};
  }
  TRY(const auto evidence, unit.store.reads().evidence(stored.row));
  wire::SubmissionResult out;
  out.id = submission.id;
  out.accepted = true;
  out.duplicate = true;
  out.recipients = stored.recipients;
  if (!evidence.empty() && evidence.front().state == receipt::State::kAccepted) {
    out.receipt = evidence.front().statement;
  }
  return Judged{std::move(out)};
}

// Whose envelope is sealed for something else than a one-time prekey that this sender got here.
base::Result<std::vector<std::string>> under_last_resort(
    Unit& unit, const Caller& caller, const wire::Submission& submission,
    const std::vector<wire::RecipientResult>& recipients) {
  const std::string claimer = user_of(caller.name);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    if (recipients[i].state != RecipientState::kAccepted) continue;
    const wire::Envelope& envelope = submission.envelopes[i];
    TRY(const bool once, unit.store.took_once_prekey(envelope.device, envelope.prekey, claimer));
    if (!once) out.push_back(envelope.device);
  }
  return out;
}

base::Result<std::string> accepted_receipt(Unit& unit, const Caller& caller,
                                           const wire::Submission& submission,
                                           const std::vector<wire::RecipientResult>& recipients) {
  receipt::Receipt value;
  value.message = submission.id;
  value.from = caller.name;
  value.message_sha256 = submission.message_sha256;
  value.state = receipt::State::kAccepted;
  value.purpose = submission.purpose;
  TRY(value.last_resort, under_last_resort(unit, caller, submission, recipients));
  return sign_receipt(std::move(value), unit);
}

Fact sending_of(const Unit& unit, const Request& request, const wire::Submission& submission,
                const wire::SubmissionResult& result, std::uint64_t row) {
  audit::Event event = event_of(request, "message.send", unit.now);
  event.message = submission.id;
  event.purpose = submission.purpose;
  for (const wire::RecipientResult& recipient : result.recipients) {
    if (recipient.state == RecipientState::kAccepted) event.objects.push_back(recipient.device);
  }
  if (submission.link) event.objects.push_back(submission.link->contact);
  event.details["sha256"] = base::to_hex(submission.message_sha256);
  event.details["statement"] = base::to_hex(crypto::sha256(base::as_bytes(result.receipt)));
  return {std::move(event), NewEvidence{row, receipt::State::kAccepted, unit.log_key.name(),
                                        request.caller.name, result.receipt}};
}

base::Result<Judged> accept(Unit& unit, const Request& request, const wire::Submission& submission,
                            std::vector<wire::RecipientResult> recipients) {
  Judged out;
  out.result.id = submission.id;
  out.result.accepted = true;
  out.result.recipients = recipients;
  TRY(out.result.receipt, accepted_receipt(unit, request.caller, submission, recipients));
  TRY(const std::uint64_t row,
      unit.store.add_message({request.caller.name, submission, std::move(recipients)}));
  out.fact = sending_of(unit, request, submission, out.result, row);
  unit.arrivals.mail.insert(out.fact->event.objects.begin(), out.fact->event.objects.end());
  return out;
}

// Fails only when the store does; whatever is wrong with the message is in the result.
base::Result<Judged> judge(Unit& unit, const Request& request, const wire::Submission& submission) {
  if (auto form = check_form(submission); !form) {
    return Judged{refused(submission, form.error(), {})};
  }
  TRY(const auto stored, unit.store.reads().message(request.caller.name, submission.id));
  if (stored) return judge_again(unit, submission, *stored);
  base::Result<void> verdict = check_purpose(unit, request.caller, submission.purpose);
  if (verdict) verdict = check_expiry(unit, submission);
  if (verdict) verdict = check_own_blobs(unit, request.caller, submission.blobs);
  if (verdict && submission.link) verdict = check_new_link(unit.store.reads(), submission);
  if (!verdict) return Judged{refused(submission, verdict.error(), {})};
  std::vector<wire::RecipientResult> recipients = judge_recipients(unit, submission);
  if (!submission.link) verdict = check_recipients(recipients, submission.partial);
  if (!verdict) return Judged{refused(submission, verdict.error(), std::move(recipients))};
  return accept(unit, request, submission, std::move(recipients));
}

// One event for a request of which some message was denied by policy, however many.
void note_refusals(const Unit& unit, const Request& request, const wire::SubmissionResults& answer,
                   std::vector<Fact>& facts) {
  for (const wire::SubmissionResult& result : answer.results) {
    if (result.error_code != base::code_name(Code::kDenied) || !result.recipients.empty()) continue;
    facts.push_back(refusal_of(request, {Code::kDenied, result.error_text, ""}, unit.now));
    return;
  }
}

base::Result<Written> submit(Unit& unit, const Request& request,
                             const wire::Submissions& submissions) {
  TRY(still_active(unit, request.caller));
  wire::SubmissionResults answer;
  std::vector<Fact> facts;
  for (const wire::Submission& submission : submissions.messages) {
    TRY(Judged judged, judge(unit, request, submission));
    if (judged.fact) facts.push_back(*std::move(judged.fact));
    answer.results.push_back(std::move(judged.result));
  }
  note_refusals(unit, request, answer, facts);
  return Written{cbor(wire::to_cbor(answer)), Record::of(std::move(facts))};
}

}  // namespace

base::Result<Outcome> post_messages(Request& request, Engine&) {
  TRY(wire::Submissions parsed, wire::parse_submissions(request.body));
  request.body.clear();
  // Shared because a Change can be copied and payloads should not be.
  const auto submissions = std::make_shared<const wire::Submissions>(std::move(parsed));
  return Outcome(
      Change([request, submissions](Unit& unit) { return submit(unit, request, *submissions); }));
}

}  // namespace sealpost::relay
