#include "flow/outgoing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/mailbox.hpp"
#include "receipt/receipt.hpp"
#include "text/json.hpp"
#include "wire/problem.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

base::Result<crypto::Digest> digest_of(const OutgoingFile& file) {
  TRY(OpenFile open, open_outgoing(file.path));
  base::FdSource source(open.fd());
  return content_digest(source);
}

base::Result<void> forget(Installation& installation, const MessageRecord& record,
                          std::int64_t outgoing_row) {
  vault::Vault& vault = installation.vault();
  return vault.transaction([&]() -> base::Result<void> {
    TRY(vault.erase(Kind::kOutgoing, outgoing_row));
    return remove_message(vault, record);
  });
}

base::Result<void> confirm(Installation& installation, MessageRecord& record,
                           const wire::SubmissionResult& result, std::int64_t outgoing_row) {
  TRY(const note::Note header_note, note::parse(record.header_note));
  TRY(const message::Header header, message::parse_header(header_note.text));
  TRY(check_accepted(installation, result.receipt,
                     {record.id, record.from, header.purpose, record.message_sha256}));
  record.receipt = result.receipt;
  record.confirmed = true;
  for (RecipientRecord& recipient : record.recipients) {
    const auto at = std::find_if(result.recipients.begin(), result.recipients.end(),
                                 [&](const auto& item) { return item.device == recipient.device; });
    if (at != result.recipients.end()) recipient.state = wire::recipient_state_name(at->state);
  }
  vault::Vault& vault = installation.vault();
  return vault.transaction([&]() -> base::Result<void> {
    TRY(update_message(vault, record));
    return vault.erase(Kind::kOutgoing, outgoing_row);
  });
}

base::Error refusal(const wire::SubmissionResult& result) {
  const auto code = base::code_from_name(result.error_code);
  return {code.value_or(base::Code::kInternal),
          result.error_text.empty() ? "the relay refused the message" : result.error_text, ""};
}

base::Error unknown_outcome(base::Error error) {
  error.hint =
      "it is not known whether the message was accepted; a command with --key KEY can be "
      "repeated and sends once";
  return error;
}

}  // namespace

crypto::Digest content_tag(const Installation& installation, const SendRequest& request,
                           const std::vector<crypto::Digest>& file_digests,
                           const crypto::Digest& message_sha256) {
  const crypto::Digest key = installation.vault().derive("sealpost/v1/content-tag");
  if (!request.key) return crypto::hmac_sha256(key, message_sha256);
  std::vector<std::string> to = request.to;
  std::sort(to.begin(), to.end());
  text::Json files = text::Json::array();
  for (std::size_t i = 0; i < request.files.size(); ++i) {
    files.push_back({request.files[i].name, text::binary(file_digests[i])});
  }
  const crypto::Digest body = crypto::sha256(request.body.expose());
  const text::Json content{{"to", to},
                           {"purpose", request.purpose},
                           {"subject", request.subject.value_or("")},
                           {"body", text::binary(body)},
                           {"files", std::move(files)}};
  return crypto::hmac_sha256(key, text::to_cbor(content));
}

base::Result<void> check_same_content(const Installation& installation, const SendRequest& request,
                                      const SeenRecord& seen) {
  std::vector<crypto::Digest> digests;
  for (const OutgoingFile& file : request.files) {
    TRY(const crypto::Digest digest, digest_of(file));
    digests.push_back(digest);
  }
  const crypto::Digest tag = content_tag(installation, request, digests, seen.message_sha256);
  if (crypto::equal(tag, seen.tag)) return {};
  return base::Error{base::Code::kConflict, "this --key was used for another message",
                     "choose another key for other content"};
}

base::Result<Uploaded> upload_files(Installation& installation, const SendRequest& request,
                                    client::RelayClient& relay, Context& context,
                                    TransferProgress& progress) {
  Uploaded uploaded;
  for (const OutgoingFile& file : request.files) {
    TRY(OpenFile open, open_outgoing(file.path));
    const std::string journal = request.key ? *request.key + "\n" + file.name : "";
    auto stored = upload_attachment(
        installation.vault(), relay,
        {open, file.name, media_type_of(file.name), journal, request.bandwidth}, context, progress);
    if (!stored) return base::with_context(std::move(stored).error(), file.name);
    uploaded.attachments.push_back(std::move(stored->attachment));
    uploaded.digests.push_back(stored->content);
  }
  return uploaded;
}

base::Result<void> keep_outgoing(Installation& installation, MessageRecord record,
                                 const wire::Submission& submission) {
  vault::Vault& vault = installation.vault();
  return vault.transaction([&]() -> base::Result<void> {
    TRY(record.number, take_number(vault));
    TRY(store_message(vault, record, {record.number, record.message_sha256, submission.tag}));
    wire::Submissions batch;
    batch.messages.push_back(submission);
    const OutgoingRecord outgoing{record.number, submission.tag, wire::to_cbor(batch)};
    TRY(vault.insert(Kind::kOutgoing, record.id, encode(outgoing).expose()));
    return {};
  });
}

base::Result<Confirmed> submit_outgoing(Installation& installation, const std::string& id,
                                        client::RelayClient& relay) {
  TRY(const vault::Row row, installation.vault().get(Kind::kOutgoing, id));
  TRY(const OutgoingRecord outgoing, decode_outgoing(row.value.expose()));
  TRY(Listed listed,
      find_message(installation.vault(), fmt::format("{}", outgoing.number), Direction::kSent));
  TRY(const wire::Submissions batch, wire::parse_submissions(outgoing.submission));
  auto results = relay.submit(batch);
  if (!results) return unknown_outcome(results.error());
  if (results->results.size() != 1 || results->results[0].id != id) {
    return base::Error{base::Code::kMalformed, "the relay answered about another message", ""};
  }
  const wire::SubmissionResult& result = results->results[0];
  if (!result.accepted) {
    TRY(forget(installation, listed.record, row.id));
    return refusal(result);
  }
  TRY(confirm(installation, listed.record, result, row.id));
  return Confirmed{std::move(listed.record), result.duplicate};
}

base::Result<void> check_accepted(const Installation& installation, std::string_view statement,
                                  const Acceptance& expected) {
  TRY(const note::Verifier log, installation.log_verifier());
  const auto signed_note = note::parse(statement);
  if (signed_note && note::signed_by(*signed_note, log)) {
    const auto said = receipt::parse(signed_note->text);
    if (said && said->state == receipt::State::kAccepted && said->message == expected.message &&
        said->from == expected.from && said->purpose == expected.purpose &&
        said->message_sha256 == expected.message_sha256 && said->by == log.name()) {
      return {};
    }
  }
  return base::Error{base::Code::kVerificationFailed,
                     "the relay's receipt for this message does not verify", ""};
}

}  // namespace sealpost::flow
