// Bodies that carry messages: submissions and their results, the inbox.
#include <array>
#include <optional>

#include "text/safety.hpp"
#include "wire/fields.hpp"
#include "wire/messages.hpp"

namespace sealpost::wire {
namespace {

using text::Json;

constexpr std::size_t kTagSize = 32;
constexpr std::size_t kMaxBlobsPerMessage = 256;

struct StateName {
  RecipientState state;
  std::string_view name;
};
constexpr std::array kStates{
    StateName{RecipientState::kAccepted, "accepted"},
    StateName{RecipientState::kUnknown, "unknown"},
    StateName{RecipientState::kRevoked, "revoked"},
    StateName{RecipientState::kRefused, "refused"},
};

struct PasscodeName {
  Passcode passcode;
  std::string_view name;
};
constexpr std::array kPasscodes{
    PasscodeName{Passcode::kNone, "none"},
    PasscodeName{Passcode::kAsk, "ask"},
    PasscodeName{Passcode::kBirthdate, "birthdate"},
};

base::Result<RecipientState> read_state(Fields& in) {
  TRY(const std::string name, in.line("state"));
  for (const StateName& entry : kStates) {
    if (entry.name == name) return entry.state;
  }
  return malformed("state", "is not one of accepted, unknown, revoked, refused");
}

base::Result<Envelope> read_envelope(Fields& in) {
  Envelope out;
  TRY(out.device, in.line("device"));
  TRY(out.prekey, in.line("prekey"));
  TRY(out.header, in.bytes("header", kMaxHeader));
  return out;
}

base::Result<EnvelopeResult> read_envelope_result(Fields& in) {
  EnvelopeResult out;
  TRY(out.duplicate, in.flag("duplicate"));
  return out;
}

base::Result<Passcode> read_passcode(Fields& in) {
  TRY(const std::string name, in.line("passcode"));
  const auto passcode = passcode_from_name(name);
  if (passcode) return *passcode;
  return malformed("passcode", "is not one of none, ask, birthdate");
}

base::Result<Link> read_link(Fields& in) {
  Link out;
  TRY(out.id, in.line("id"));
  TRY(out.fetch, in.digest("fetch"));
  TRY(out.open, in.digest("open"));
  TRY(out.contact, in.line("contact"));
  TRY(out.passcode, read_passcode(in));
  TRY(out.views, in.number("views", kMaxViews));
  TRY(out.header, in.bytes("header", kMaxLinkHeader));
  return out;
}

base::Result<Submission> read_submission(Fields& in) {
  Submission out;
  TRY(out.id, in.line("id"));
  TRY(out.tag, in.bytes("tag", kTagSize));
  if (out.tag.size() != kTagSize) return malformed("tag", "must have 32 bytes");
  TRY(out.purpose, in.line("purpose"));
  TRY(out.message_sha256, in.digest("message-sha256"));
  TRY(out.expires, in.time("expires"));
  TRY(out.envelopes, in.list<Envelope>("envelopes", kMaxEnvelopes, read_envelope));
  TRY(out.payload, in.bytes("payload", kMaxBody));
  TRY(out.blobs, in.lines("blobs", kMaxBlobsPerMessage));
  TRY(out.partial, in.flag("partial"));
  TRY(auto links, in.list<Link>("links", 1, read_link));
  if (!links.empty()) out.link = std::move(links.front());
  return out;
}

base::Result<Submissions> read_submissions(Fields& in) {
  Submissions out;
  TRY(out.messages, in.list<Submission>("messages", kMaxBatch, read_submission));
  return out;
}

base::Result<RecipientResult> read_recipient(Fields& in) {
  RecipientResult out;
  TRY(out.device, in.line("device"));
  TRY(out.state, read_state(in));
  return out;
}

base::Result<SubmissionResult> read_result(Fields& in) {
  SubmissionResult out;
  TRY(out.id, in.line("id"));
  TRY(out.accepted, in.flag("accepted"));
  TRY(out.duplicate, in.flag("duplicate"));
  TRY(out.error_code, in.line("error-code"));
  TRY(const std::string error_text, in.note("error-text"));
  out.error_text = text::for_terminal(error_text.substr(0, kMaxText));
  TRY(out.recipients, in.list<RecipientResult>("recipients", kMaxEnvelopes, read_recipient));
  TRY(out.receipt, in.note("receipt"));
  return out;
}

base::Result<SubmissionResults> read_results(Fields& in) {
  SubmissionResults out;
  TRY(out.results, in.list<SubmissionResult>("results", kMaxBatch, read_result));
  return out;
}

base::Result<Delivery> read_delivery(Fields& in) {
  Delivery out;
  TRY(out.cursor, in.number("cursor"));
  TRY(out.id, in.line("id"));
  TRY(out.from, in.line("from"));
  TRY(out.expires, in.time("expires"));
  TRY(out.prekey, in.line("prekey"));
  TRY(out.header, in.bytes("header", kMaxHeader));
  TRY(out.payload, in.bytes("payload", kMaxBody));
  TRY(out.receipt, in.note("receipt"));
  return out;
}

base::Result<InboxRecall> read_recall(Fields& in) {
  InboxRecall out;
  TRY(out.cursor, in.number("cursor"));
  TRY(out.recall, in.note("recall"));
  return out;
}

base::Result<Inbox> read_inbox(Fields& in) {
  Inbox out;
  TRY(out.recalls, in.list<InboxRecall>("recalls", kMaxBatch, read_recall));
  TRY(out.deliveries, in.list<Delivery>("deliveries", kMaxBatch, read_delivery));
  TRY(out.more, in.flag("more"));
  return out;
}

Json write_envelope(const Envelope& item) {
  return {{"device", item.device}, {"prekey", item.prekey}, {"header", text::binary(item.header)}};
}

Json write_links(const std::optional<Link>& link) {
  Json out = Json::array();
  if (!link) return out;
  out.push_back({{"id", link->id},
                 {"fetch", text::binary(link->fetch)},
                 {"open", text::binary(link->open)},
                 {"contact", link->contact},
                 {"passcode", passcode_name(link->passcode)},
                 {"views", link->views},
                 {"header", text::binary(link->header)}});
  return out;
}

Json write_submission(const Submission& item) {
  return {{"id", item.id},
          {"tag", text::binary(item.tag)},
          {"purpose", item.purpose},
          {"message-sha256", text::binary(item.message_sha256)},
          {"expires", time_value(item.expires)},
          {"envelopes", array_of(item.envelopes, write_envelope)},
          {"payload", text::binary(item.payload)},
          {"blobs", Json(item.blobs)},
          {"partial", item.partial},
          {"links", write_links(item.link)}};
}

Json write_result(const SubmissionResult& item) {
  const auto recipient = [](const RecipientResult& result) {
    return Json{{"device", result.device}, {"state", recipient_state_name(result.state)}};
  };
  return {{"id", item.id},
          {"accepted", item.accepted},
          {"duplicate", item.duplicate},
          {"error-code", item.error_code},
          {"error-text", item.error_text},
          {"recipients", array_of(item.recipients, recipient)},
          {"receipt", item.receipt}};
}

Json write_delivery(const Delivery& item) {
  return {{"cursor", item.cursor},
          {"id", item.id},
          {"from", item.from},
          {"expires", time_value(item.expires)},
          {"prekey", item.prekey},
          {"header", text::binary(item.header)},
          {"payload", text::binary(item.payload)},
          {"receipt", item.receipt}};
}

}  // namespace

std::string_view recipient_state_name(RecipientState state) {
  for (const StateName& entry : kStates) {
    if (entry.state == state) return entry.name;
  }
  return "refused";
}

std::string_view passcode_name(Passcode passcode) {
  for (const PasscodeName& entry : kPasscodes) {
    if (entry.passcode == passcode) return entry.name;
  }
  return "none";
}

std::optional<Passcode> passcode_from_name(std::string_view name) {
  for (const PasscodeName& entry : kPasscodes) {
    if (entry.name == name) return entry.passcode;
  }
  return std::nullopt;
}

Bytes to_cbor(const Submissions& value) {
  Json out = Json::object();
  out["messages"] = array_of(value.messages, write_submission);
  return text::to_cbor(out);
}

Bytes to_cbor(const Envelope& value) { return text::to_cbor(write_envelope(value)); }

Bytes to_cbor(const EnvelopeResult& value) {
  Json out = Json::object();
  out["duplicate"] = value.duplicate;
  return text::to_cbor(out);
}

Bytes to_cbor(const SubmissionResults& value) {
  Json out = Json::object();
  out["results"] = array_of(value.results, write_result);
  return text::to_cbor(out);
}

Bytes to_cbor(const Inbox& value) {
  const auto recall = [](const InboxRecall& item) {
    return Json{{"cursor", item.cursor}, {"recall", item.recall}};
  };
  return text::to_cbor({{"recalls", array_of(value.recalls, recall)},
                        {"deliveries", array_of(value.deliveries, write_delivery)},
                        {"more", value.more}});
}

base::Result<Submissions> parse_submissions(ByteView body) {
  return parse_body<Submissions>(body, read_submissions);
}
base::Result<Envelope> parse_envelope(ByteView body) {
  return parse_body<Envelope>(body, read_envelope);
}
base::Result<EnvelopeResult> parse_envelope_result(ByteView body) {
  return parse_body<EnvelopeResult>(body, read_envelope_result);
}
base::Result<SubmissionResults> parse_submission_results(ByteView body) {
  return parse_body<SubmissionResults>(body, read_results);
}
base::Result<Inbox> parse_inbox(ByteView body) { return parse_body<Inbox>(body, read_inbox); }

}  // namespace sealpost::wire
