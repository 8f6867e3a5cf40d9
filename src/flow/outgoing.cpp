#include "flow/outgoing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "audit/event.hpp"
#include "flow/all_cores.hpp"
#include "flow/drafts.hpp"
#include "flow/file_keys.hpp"
#include "flow/link_sealing.hpp"
#include "flow/mailbox.hpp"
#include "flow/sealing.hpp"
#include "receipt/receipt.hpp"
#include "text/json.hpp"
#include "wire/problem.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

// Another passcode is another message: the contact is told of one of them.
text::Json link_content(const LinkWish& wish) {
  return {{"passcode", wish.passcode ? std::string(wire::passcode_name(*wish.passcode)) : ""},
          {"code", text::binary(crypto::sha256(wish.code.expose()))},
          {"views", wish.views}};
}

base::Result<crypto::Digest> digest_of(const OutgoingFile& file) {
  TRY(OpenFile open, open_outgoing(file.path, file.regular));
  base::FdSource source(open.fd());
  return content_digest(source);
}

// Inside a transaction, as store_confirmed() and store_outgoing().
base::Result<void> forget(vault::Vault& vault, const WaitingMessage& waiting) {
  const MessageRecord& record = waiting.record;
  TRY(vault.erase(Kind::kOutgoing, waiting.row));
  TRY(forget_file_key(vault, record.id));
  TRY(forget_link(vault, record.id));
  return remove_message(vault, record);
}

// The relay has accepted the same content under this id before, from a state of this vault that was
// lost: what it accepted then is what was sent.
base::Result<void> adopt(const Installation& installation, MessageRecord& record,
                         const std::string& purpose, const std::string& statement) {
  TRY(const note::Note signed_note, note::parse(statement));
  TRY(const receipt::Receipt said, receipt::parse(signed_note.text));
  if (said.message_sha256 == record.message_sha256) return {};
  TRY(check_accepted(installation, statement,
                     {record.id, record.from, purpose, said.message_sha256}));
  record.message_sha256 = said.message_sha256;
  record.adopted = true;
  return {};
}

void set_states(MessageRecord& record, const wire::SubmissionResult& result) {
  for (RecipientRecord& recipient : record.recipients) {
    const auto at = std::find_if(result.recipients.begin(), result.recipients.end(),
                                 [&](const auto& item) { return item.device == recipient.device; });
    if (at != result.recipients.end()) recipient.state = wire::recipient_state_name(at->state);
  }
}

bool was_accepted_for_all(const MessageRecord& message) {
  return std::all_of(message.recipients.begin(), message.recipients.end(),
                     [](const RecipientRecord& item) { return item.state == "accepted"; });
}

// Devices that the message was not accepted for need no header.
base::Result<void> trim_file_key(vault::Vault& vault, const MessageRecord& message) {
  if (was_accepted_for_all(message) && !message.adopted) return {};
  TRY(std::optional<FileKeyRecord> record, find_file_key(vault, message.id));
  if (!record) return {};
  const auto refused = [&](const KeyedDevice& device) {
    return std::none_of(message.recipients.begin(), message.recipients.end(),
                        [&](const RecipientRecord& item) {
                          return item.device == device.device && item.state == "accepted";
                        });
  };
  std::erase_if(record->devices, refused);
  if (message.adopted) record->devices.clear();  // it opens another payload
  TRY(update_file_key(vault, message.id, *record));
  return {};
}

base::Result<void> confirm(const Installation& installation, WaitingMessage& waiting,
                           const wire::SubmissionResult& result) {
  MessageRecord& record = waiting.record;
  if (result.duplicate) TRY(adopt(installation, record, waiting.purpose, result.receipt));
  TRY(check_accepted(installation, result.receipt,
                     {record.id, record.from, waiting.purpose, record.message_sha256}));
  record.receipt = result.receipt;
  record.confirmed = true;
  set_states(record, result);
  return {};
}

base::Result<void> store_confirmed(vault::Vault& vault, const WaitingMessage& waiting) {
  const MessageRecord& record = waiting.record;
  TRY(update_message(vault, record));
  if (record.adopted) {  // as another than was stored
    TRY(update_seen(vault, record, {record.number, record.message_sha256, waiting.tag}));
  }
  TRY(trim_file_key(vault, record));
  TRY(erase_draft(vault, record.id));
  return vault.erase(Kind::kOutgoing, waiting.row);
}

base::Result<WaitingMessage> store_outgoing(vault::Vault& vault, Outgoing& message,
                                            std::uint64_t number) {
  MessageRecord& record = message.record;
  const base::Bytes tag = message.submission.tag;
  record.number = number;
  TRY(store_message(vault, record, {record.number, record.message_sha256, tag}));
  wire::Submissions batch;
  batch.messages.push_back(std::move(message.submission));
  const OutgoingRecord outgoing{record.number, tag, wire::to_cbor(batch)};
  TRY(const std::int64_t row, vault.insert(Kind::kOutgoing, record.id, encode(outgoing).expose()));
  if (message.file_key) TRY(keep_file_key(vault, record.id, *message.file_key));
  if (message.link) {
    TRY(keep_link(vault, record.id, *message.link));
    if (message.link->notice.stage == NoticeState::Stage::kWaiting) {
      TRY(await_notice(vault, record.id));
    }
  }
  wire::Submission& submission = batch.messages.front();
  const std::size_t blobs = submission.blobs.size();
  for (std::size_t i = 0; i < blobs; ++i) TRY(forget_upload(vault, journal_of(record.id, i)));
  std::string purpose = submission.purpose;
  return WaitingMessage{row,
                        tag,
                        std::move(record),
                        std::move(purpose),
                        blobs > 0,
                        std::move(submission),
                        outgoing.submission.size()};
}

// What the relay says of a message whose blobs it has not got.
bool files_are_gone(const WaitingMessage& waiting, const wire::SubmissionResult& result) {
  return result.error_code == base::code_name(base::Code::kNotFound) && result.recipients.empty() &&
         waiting.has_files;
}

base::Error refusal(const wire::SubmissionResult& result) {
  const auto code = base::code_from_name(result.error_code);
  return {code.value_or(base::Code::kInternal),
          result.error_text.empty() ? "the relay refused the message"
                                    : wire::words_of_relay(result.error_text),
          ""};
}

base::Error files_lost() {
  return {base::Code::kNotFound, "the relay does not have the message's files any more",
          "run the same command again"};
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
  text::Json content{{"to", to},
                     {"purpose", request.purpose},
                     {"subject", request.subject.value_or("")},
                     {"body", text::binary(body)},
                     {"files", std::move(files)}};
  if (contact_in(request)) content["link"] = link_content(request.link);
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
                                    const std::string& id, client::RelayClient& relay,
                                    Context& context, TransferProgress& progress) {
  Uploaded uploaded;
  for (std::size_t i = 0; i < request.files.size(); ++i) {
    const OutgoingFile& file = request.files[i];
    TRY(const OpenFile open, open_outgoing(file.path, file.regular));
    const Upload upload{open, file.name, media_type_of(file.name), journal_of(id, i),
                        request.bandwidth};
    auto done = upload_attachment(installation.vault(), relay, upload, context, progress);
    if (!done) return base::with_context(std::move(done).error(), file.name);
    uploaded.attachments.push_back(std::move(done->attachment));
    uploaded.digests.push_back(done->content);
  }
  return uploaded;
}

base::Result<std::vector<WaitingMessage>> keep_outgoing(Installation& installation,
                                                        std::vector<Outgoing> messages) {
  vault::Vault& vault = installation.vault();
  std::vector<WaitingMessage> waiting;
  TRY(vault.transaction([&]() -> base::Result<void> {
    TRY(std::uint64_t number, take_number(vault, messages.size()));
    for (Outgoing& message : messages) {
      TRY(waiting.emplace_back(), store_outgoing(vault, message, number++));
    }
    return {};
  }));
  return waiting;
}

base::Result<bool> is_sealed(const vault::Vault& vault, const std::string& id) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kOutgoing, id));
  return row.has_value();
}

base::Result<WaitingMessage> find_waiting(const vault::Vault& vault, const std::string& id) {
  TRY(const vault::Row row, vault.get(Kind::kOutgoing, id));
  TRY(OutgoingRecord outgoing, decode_outgoing(row.value.expose()));
  TRY(Listed listed, find_message(vault, fmt::format("{}", outgoing.number), Direction::kSent));
  TRY(wire::Submissions batch, wire::parse_submissions(outgoing.submission));
  wire::Submission& submission = batch.messages.front();
  const bool has_files = !submission.blobs.empty();
  return WaitingMessage{row.id,
                        std::move(outgoing.tag),
                        std::move(listed.record),
                        std::move(listed.header.purpose),
                        has_files,
                        std::move(submission),
                        outgoing.submission.size()};
}

base::Result<std::vector<Settled>> settle(Installation& installation,
                                          std::vector<WaitingMessage> waiting,
                                          const wire::SubmissionResults& results) {
  const base::Error others{base::Code::kMalformed, "the relay answered about another message", ""};
  if (results.results.size() != waiting.size()) return others;
  std::vector<std::optional<base::Error>> wrong(waiting.size());
  on_all_cores(waiting.size(), [&](std::size_t i) {
    const wire::SubmissionResult& result = results.results[i];
    if (result.id != waiting[i].record.id) {
      wrong[i] = others;
    } else if (result.accepted) {
      if (auto right = confirm(installation, waiting[i], result); !right) wrong[i] = right.error();
    }
  });
  for (const std::optional<base::Error>& error : wrong) {
    if (error) return *error;
  }
  vault::Vault& vault = installation.vault();
  TRY(vault.transaction([&]() -> base::Result<void> {
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      const WaitingMessage& one = waiting[i];
      if (results.results[i].accepted) {
        TRY(store_confirmed(vault, one));
      } else {
        TRY(forget(vault, one));
      }
    }
    return {};
  }));
  std::vector<Settled> all;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const wire::SubmissionResult& result = results.results[i];
    Settled& settled = all.emplace_back();
    if (result.accepted) {
      settled.confirmed = Confirmed{std::move(waiting[i].record), result.duplicate};
    } else if (!files_are_gone(waiting[i], result)) {
      settled.refused = refusal(result);
    }
  }
  return all;
}

base::Result<std::optional<Confirmed>> submit_outgoing(Installation& installation,
                                                       const std::string& id,
                                                       client::RelayClient& relay) {
  std::vector<WaitingMessage> waiting;
  TRY(waiting.emplace_back(), find_waiting(installation.vault(), id));
  wire::Submissions batch;
  batch.messages.push_back(std::move(waiting[0].submission));
  TRY(const wire::SubmissionResults results, relay.submit(batch));
  TRY(std::vector<Settled> settled, settle(installation, std::move(waiting), results));
  if (settled[0].refused) return *std::move(settled[0].refused);
  return std::move(settled[0].confirmed);
}

base::Result<Confirmed> confirm_by_evidence(Installation& installation, const std::string& id,
                                            const wire::EvidenceList& evidence) {
  TRY(WaitingMessage waiting, find_waiting(installation.vault(), id));
  if (evidence.items.empty()) {
    return base::Error{base::Code::kVerificationFailed, "the relay shows no receipt", ""};
  }
  const wire::EvidenceItem& accepted = evidence.items.front();
  TRY(const audit::Event event, audit::parse_leaf(accepted.leaf));
  const auto& named = event.objects;
  wire::SubmissionResult result;
  result.receipt = accepted.statement;
  const MessageRecord& record = waiting.record;
  for (const RecipientRecord& recipient : record.recipients) {
    if (recipient.device.empty() || recipient.state != "accepted") continue;
    const bool reached = std::find(named.begin(), named.end(), recipient.device) != named.end();
    result.recipients.push_back({recipient.device, reached ? wire::RecipientState::kAccepted
                                                           : wire::RecipientState::kRefused});
  }
  TRY(confirm(installation, waiting, result));
  vault::Vault& vault = installation.vault();
  TRY(vault.transaction([&] { return store_confirmed(vault, waiting); }));
  return Confirmed{std::move(waiting.record), true};
}

base::Result<void> drop_outgoing(Installation& installation, const std::string& id) {
  vault::Vault& vault = installation.vault();
  TRY(const WaitingMessage waiting, find_waiting(vault, id));
  return vault.transaction([&] { return forget(vault, waiting); });
}

base::Result<Confirmed> carry_through(Installation& installation, const Draft& draft,
                                      client::RelayClient& relay, Context& context,
                                      TransferProgress& progress) {
  for (bool again = false;; again = true) {
    TRY(const bool sealed, is_sealed(installation.vault(), draft.id));
    if (!sealed && again && !draft.repeatable) return files_lost();
    if (!sealed) {
      TRY(seal_and_keep(installation, draft.request, draft.id, relay, context, progress));
    }
    TRY(std::optional<Confirmed> confirmed, submit_outgoing(installation, draft.id, relay));
    if (confirmed) return *std::move(confirmed);
    if (again) return files_lost();
  }
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
