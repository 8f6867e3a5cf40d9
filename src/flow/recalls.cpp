#include "flow/recalls.hpp"

#include <fmt/format.h>

#include "flow/erasure.hpp"
#include "flow/visit.hpp"
#include "trust/recall.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr std::string_view kCursor = "recalls-cursor";

std::string row_name(std::string_view from, std::string_view id) {
  return fmt::format("{}\n{}", from, id);
}

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, std::move(why), ""};
}

// Form, author, and that who signed it lived on the history which the relay shows here. Errors are
// about the recall; those that stop the run are in `stop`.
base::Result<trust::VerifiedRecall> check(Installation& installation, client::RelayClient& relay,
                                          const std::string& statement, base::Result<void>& stop) {
  TRY(const note::Note signed_note, note::parse(statement));
  TRY(const trust::Recall said, trust::parse_recall(signed_note.text));
  if (said.trust.size > installation.chain().size()) {
    stop = sync_trust(installation, relay);
    if (!stop) return stop.error();
  }
  TRY(trust::VerifiedRecall verified, trust::verify_recall(installation.chain(), statement));
  auto disagreement =
      SeenViews(installation, relay).disagreement(verified.by, said.log, said.trust);
  if (!disagreement) {
    stop = disagreement.error();
    return disagreement.error();
  }
  if (!disagreement->empty()) return refuse(*std::move(disagreement));
  return verified;
}

// What the lists show in its place. The sender may have signed any header: nothing of it stays but
// what the audit log has as well.
void empty_out(Listed& listed, const trust::VerifiedRecall& verified) {
  MessageRecord& record = listed.record;
  record.recalled = RecallMark{verified.by,        verified.recall.reason, verified.recall.at,
                               listed.header.sent, listed.header.expires,  listed.header.purpose};
  record.body = crypto::SecretBytes();
  record.header_note.clear();
  record.unread = false;
}

// Inside the transaction that makes it true, on the message as it is there.
base::Result<RecallEnd> obey(Installation& installation, const trust::VerifiedRecall& verified,
                             std::uint64_t& number, base::Time now) {
  vault::Vault& vault = installation.vault();
  const std::string from = verified.recall.from.str();
  const std::string& id = verified.recall.message;
  TRY(const auto seen, find_seen(vault, Direction::kReceived, from, id));
  if (!seen) return RecallEnd::kNotHere;
  number = seen->number;
  TRY(Listed listed, find_message(vault, fmt::format("{}", number), Direction::kReceived));
  if (listed.record.recalled) return RecallEnd::kDestroyed;
  if (!listed.record.unread) return RecallEnd::kRead;
  empty_out(listed, verified);
  TRY(update_message(vault, listed.record));
  TRY(mark_erasure(vault, "recalled " + id));
  TRY(queue_receipt(installation, {id, from, seen->message_sha256, receipt::State::kRecalled},
                    now));
  return RecallEnd::kDestroyed;
}

base::Result<void> check_hash(const Installation& installation, const trust::Recall& recall) {
  TRY(const auto seen,
      find_seen(installation.vault(), Direction::kReceived, recall.from.str(), recall.message));
  if (!seen || !recall.message_sha256 || seen->message_sha256 == *recall.message_sha256) return {};
  return refuse("the recall is about a message with another content");
}

base::Result<void> take(Installation& installation, const trust::VerifiedRecall& verified,
                        base::Time now) {
  vault::Vault& vault = installation.vault();
  const trust::Recall& recall = verified.recall;
  const std::string from = recall.from.str();
  return vault.transaction([&]() -> base::Result<void> {
    TRY(const auto before, find_recall(vault, from, recall.message));
    if (before) return {};
    RecallRecord record{recall.message, from, verified.by, recall.reason, recall.at, 0, {}};
    TRY(record.end, obey(installation, verified, record.number, now));
    return vault.put(Kind::kRecall, row_name(from, recall.message), encode(record).expose());
  });
}

// Whose it claims to be, for the sentence about one that does not hold.
Rejected rejected_by(const std::string& statement, const std::string& why) {
  const auto signed_note = note::parse(statement);
  const auto said = signed_note ? trust::parse_recall(signed_note->text)
                                : base::Result<trust::Recall>(signed_note.error());
  const std::string reason = "its recall does not hold: " + why;
  return said ? Rejected{said->message, said->from.str(), reason} : Rejected{"", "", reason};
}

}  // namespace

base::Result<std::uint64_t> recalls_cursor(const vault::Vault& vault) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kState, kCursor));
  if (!row) return std::uint64_t{0};
  return base::parse_decimal(row->value.expose_text());
}

base::Result<void> take_recalls(Installation& installation, client::RelayClient& relay,
                                const std::vector<wire::InboxRecall>& recalls, std::uint64_t& heard,
                                std::vector<Rejected>& rejected, Context& context) {
  for (const wire::InboxRecall& item : recalls) {
    if (item.cursor <= heard) return refuse("the relay's recalls go backwards");
    base::Result<void> stop;
    auto verified = check(installation, relay, item.recall, stop);
    TRY(std::move(stop));
    base::Result<void> holds = verified ? check_hash(installation, verified->recall)
                                        : base::Result<void>(verified.error());
    heard = item.cursor;
    if (!holds) {
      rejected.push_back(rejected_by(item.recall, holds.error().text));
      continue;
    }
    TRY(take(installation, *verified, context.clock.now()));
    TRY(installation.vault().put(Kind::kState, kCursor, base::as_bytes(fmt::format("{}", heard))));
  }
  return {};
}

base::Result<std::optional<RecallRecord>> find_recall(const vault::Vault& vault,
                                                      std::string_view from, std::string_view id) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kRecall, row_name(from, id)));
  if (!row) return std::optional<RecallRecord>();
  TRY(RecallRecord record, decode_recall(row->value.expose()));
  return std::optional(std::move(record));
}

}  // namespace sealpost::flow
