#include "flow/recall.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/collect.hpp"
#include "flow/file_keys.hpp"
#include "flow/link_notices.hpp"
#include "flow/mailbox.hpp"
#include "flow/outbox.hpp"
#include "flow/recall_evidence.hpp"
#include "flow/visit.hpp"
#include "text/uuid.hpp"
#include "trust/recall.hpp"

namespace sealpost::flow {
namespace {

using base::Code;
using base::Error;

Error in_outbox(const std::string& id) {
  return {Code::kConflict, fmt::format("the relay has not accepted message {} yet", id),
          fmt::format("give it up: `sealpost outbox drop {}`", id)};
}

Error not_ours(const std::string& id, const std::string& from) {
  return {Code::kDenied, fmt::format("message {} was sent by {}", id, from),
          "its own device may recall it, and those of admins and owners"};
}

base::Result<void> check_may(const Installation& installation, const RecallTarget& target,
                             base::Time now) {
  TRY(const trust::Device* self, installation.self(now));
  if (trust::may_recall(installation.signer().name(), self->role, target.from)) return {};
  return not_ours(target.id, target.from);
}

base::Result<RecallTarget> known(const Listed& listed) {
  const MessageRecord& record = listed.record;
  if (record.contact) {
    return Error{Code::kUsage, fmt::format("message {} is a contact's reply", record.number),
                 "what came through a link has no sender who could be asked"};
  }
  if (!record.confirmed) return in_outbox(record.id);
  RecallTarget target{record.id, record.from, record.message_sha256, {}};
  if (record.direction == Direction::kSent) target.number = record.number;
  return target;
}

// Of which this vault has nothing: the relay says whose it is.
base::Result<RecallTarget> ask(Installation& installation, const std::string& id,
                               const std::string& from, Context& context) {
  if (!text::is_uuid(id)) {
    return Error{Code::kNotFound, fmt::format("there is no message {}", id),
                 "name another device's message by its whole id, as the audit log shows it"};
  }
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(wire::RecallSubject subject, relay.recall_subject(id, from));
  const bool asked = from.empty() || subject.from == from;
  if (asked && trust::parse_device_name(subject.from)) {
    return RecallTarget{id, std::move(subject.from), {}, {}};
  }
  return Error{Code::kVerificationFailed, "the relay names another sender than was asked for", ""};
}

base::Result<RecallTarget> find(Installation& installation, const std::string& which,
                                const std::string& from, Context& context) {
  const std::string& own = installation.signer().name();
  if (from.empty() || from == own) {
    const auto waiting = find_in_outbox(installation, which);
    if (waiting && !waiting->notice) return in_outbox(waiting->id);
    if (!waiting && waiting.error().code != Code::kNotFound) return waiting.error();
  }
  const auto found = find_message(installation.vault(), which, Direction::kSent);
  if (found && (from.empty() || found->record.from == from)) return known(*found);
  if (!found && found.error().code != Code::kNotFound) return found.error();
  return ask(installation, which, from, context);
}

base::Result<std::string> sign_recall(const Installation& installation, const RecallTarget& target,
                                      const std::string& reason, base::Time now) {
  TRY(const trust::DeviceName from, trust::parse_device_name(target.from));
  TRY(const std::string text,
      trust::format(trust::Recall{target.id, from, target.sha256, reason, installation.log_view(),
                                  installation.chain().view(), now}));
  return note::sign(text, installation.signer());
}

// A sender that has taken its message back gives nobody a new header, and its lists say so.
base::Result<void> note_recall(Installation& installation, const RecallTarget& target,
                               const trust::VerifiedRecall& counts) {
  vault::Vault& vault = installation.vault();
  TRY(vault.transaction([&]() -> base::Result<void> {
    TRY(Listed listed, find_message(vault, fmt::format("{}", *target.number), Direction::kSent));
    listed.record.recalled =
        RecallMark{counts.by,          counts.recall.reason,  counts.recall.at,
                   listed.header.sent, listed.header.expires, listed.header.purpose};
    TRY(update_message(vault, listed.record));
    return forget_file_key(vault, target.id);
  }));
  TRY(give_up_notice(vault, target.id));
  return purge_keys(vault);
}

Error distrust(const std::string& why) {
  return {Code::kVerificationFailed, "what the relay says of the recall does not hold: " + why,
          "the recall was handed in; tell the organisation's owner"};
}

base::Result<trust::VerifiedRecall> check_answer(Installation& installation,
                                                 client::RelayClient& relay,
                                                 const RecallTarget& target,
                                                 const wire::RecallTaken& taken) {
  if (taken.duplicate) TRY(sync_trust(installation, relay));
  auto counts = trust::verify_recall(installation.chain(), taken.recall);
  if (!counts) return distrust(counts.error().text);
  const trust::Recall& said = counts->recall;
  if (said.message == target.id && said.from.str() == target.from) return *std::move(counts);
  return distrust("it is about another message");
}

}  // namespace

base::Result<RecallTarget> find_recall_target(Installation& installation, const std::string& which,
                                              const std::string& from, Context& context) {
  TRY(RecallTarget target, find(installation, which, from, context));
  TRY(check_may(installation, target, context.clock.now()));
  return target;
}

base::Result<RecallOutcome> recall(Installation& installation, const RecallTarget& target,
                                   const std::string& reason, Context& context) {
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(const std::string statement, sign_recall(installation, target, reason, context.clock.now()));
  TRY(const wire::RecallTaken taken, relay.post_recall(statement));
  TRY(const trust::VerifiedRecall counts, check_answer(installation, relay, target, taken));
  if (target.number) TRY(note_recall(installation, target, counts));
  TRY(const wire::EvidenceList evidence, relay.recall_evidence(target.id, target.from));
  TRY(sync_trust(installation, relay));
  auto recipients = recalled_recipients(installation, target, evidence);
  if (!recipients) return distrust(recipients.error().text);
  // So that `receipt show` knows as much; what does not hold is for that to say.
  if (target.number) TRY(collect_receipts(installation, relay, Refused::kLeft));
  return RecallOutcome{counts.by, counts.recall.reason, counts.recall.at, statement != taken.recall,
                       *std::move(recipients)};
}

}  // namespace sealpost::flow
