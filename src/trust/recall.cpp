#include "trust/recall.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "text/safety.hpp"
#include "text/uuid.hpp"
#include "trust/fields.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;

Error unverified(std::string text) { return {Code::kVerificationFailed, std::move(text), ""}; }

Result<void> check(const Recall& value) {
  TRY(parse_device_name(value.from.str()));
  if (!text::is_uuid(value.message)) return malformed("a recall names a message by its id");
  return check_reason(value.reason);
}

// The device whose key, present or past, signed alone.
Result<const Device*> author_of(const Chain& chain, const note::Note& recall) {
  if (recall.signatures.size() != 1) return unverified("a recall carries exactly one signature");
  const std::string& name = recall.signatures.front().name;
  const Device* device = chain.device(name);
  if (device != nullptr && key_that_signed(*device, recall) != nullptr) return device;
  return unverified(fmt::format("{} did not sign this recall, or is no device of the organisation",
                                text::for_terminal(name)));
}

}  // namespace

Result<std::string> format(const Recall& value) {
  TRY(check(value));
  note::StatementBuilder builder("recall");
  builder.add("message", value.message).add("from", value.from.str());
  if (value.message_sha256) builder.add_digest("message-sha256", *value.message_sha256);
  add_text(builder, "reason", value.reason);
  return builder.add("log", note::format_view(value.log))
      .add("trust", note::format_view(value.trust))
      .add_time("at", value.at)
      .text();
}

Result<Recall> parse_recall(std::string_view text) {
  TRY(auto reader, note::StatementReader::open(text, "recall"));
  Recall value;
  TRY(value.message, reader.one("message"));
  TRY(const std::string from, reader.one("from"));
  TRY(value.from, parse_device_name(from));
  TRY(const auto hash, reader.maybe("message-sha256"));
  if (hash) {
    TRY(const base::Bytes bytes, base::parse_hex(*hash));
    TRY(value.message_sha256, crypto::digest_from(bytes));
  }
  TRY(value.reason, text_field(reader, "reason"));
  TRY(value.log, reader.view("log"));
  TRY(value.trust, reader.view("trust"));
  TRY(value.at, reader.time("at"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

bool may_recall(std::string_view author, Role role, std::string_view from) {
  return allowed(role, author == from ? Operation::kRecall : Operation::kRecallAny);
}

Result<VerifiedRecall> verify_recall(const Chain& chain, std::string_view recall_note) {
  TRY(const note::Note signed_note, note::parse(recall_note));
  TRY(Recall recall, parse_recall(signed_note.text));
  TRY(const Device* author, author_of(chain, signed_note));
  std::string by = author->certificate.name.str();
  const auto head = chain.head_at(recall.trust.size);
  if (!head || *head != recall.trust.hash) {
    return unverified(fmt::format("{} signed the recall under another trust chain", by));
  }
  if (author->ended && author->ended->entry < recall.trust.size) {
    return Error{Code::kRevoked, fmt::format("{} was revoked before it recalled", by), ""};
  }
  const std::string from = recall.from.str();
  if (may_recall(by, standing_at(*author, recall.trust.size).role, from)) {
    return VerifiedRecall{std::move(recall), std::move(by)};
  }
  return Error{Code::kDenied, fmt::format("{} may not recall a message of {}", by, from),
               "the device that sent it may, and those of admins and owners"};
}

}  // namespace sealpost::trust
