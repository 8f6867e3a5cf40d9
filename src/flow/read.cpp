#include "flow/read.hpp"

#include <fmt/format.h>

#include "flow/journal.hpp"
#include "flow/save_names.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

base::Result<const message::Attachment*> attachment_of(const Listed& listed, std::uint64_t which) {
  const auto& attachments = listed.header.attachments;
  if (which == 0 || which > attachments.size()) {
    return base::Error{
        base::Code::kNotFound,
        fmt::format("message {} has {} attachments", listed.record.number, attachments.size()),
        "they are counted from 1"};
  }
  return &attachments[which - 1];
}

}  // namespace

base::Result<bool> mark_read(Installation& installation, Listed& listed, bool receipt,
                             Context& context) {
  MessageRecord& record = listed.record;
  const base::Time now = context.clock.now();
  const bool first = record.direction == Direction::kReceived && record.unread;
  const bool sign = first && receipt && !record.contact;  // a contact has no device of its own
  // What no receipt tells of, the journal does.
  const Noted viewed{"message.view", record.id, {}, audit::Outcome::kSuccess, {}};
  if (!first) {
    TRY(note_in_journal(installation, viewed, now));
    return false;
  }
  record.unread = false;
  vault::Vault& vault = installation.vault();
  TRY(vault.transaction([&]() -> base::Result<void> {
    // Another process may have destroyed it meanwhile: then what was shown was read all the same.
    TRY(const Listed stored,
        find_message(vault, fmt::format("{}", record.number), Direction::kReceived));
    if (!stored.record.recalled) TRY(update_message(vault, record));
    if (!sign) return note_in_transaction(installation, viewed, now);
    return queue_receipt(
        installation, {record.id, record.from, record.message_sha256, receipt::State::kRead}, now);
  }));
  return sign;
}

base::Result<std::uint64_t> deliver_receipts(Installation& installation, Context& context) {
  auto relay = connect(installation, context);
  if (relay) {
    auto delivered = flush_receipts(installation, *relay);
    const bool offline = !delivered && (delivered.error().code == base::Code::kUnreachable ||
                                        delivered.error().code == base::Code::kBusy);
    if (!delivered && !offline) return delivered.error();
  }
  return waiting_receipts(installation);
}

base::Result<std::vector<std::filesystem::path>> save_attachments(
    const Fetching& fetching, const Listed& listed, const std::filesystem::path& folder) {
  TRY(check_save_folder(folder));
  TRY(client::RelayClient relay, connect(fetching.installation, fetching.context));
  std::vector<std::filesystem::path> saved;
  SaveNames names(folder, relay, fetching.context);
  for (const message::Attachment& attachment : listed.header.attachments) {
    TRY(const SavePlace place, names.find(attachment));
    saved.push_back(place.path);
    if (place.complete) continue;
    auto done = download_attachment(relay, {attachment, fetching.bandwidth}, place.path,
                                    fetching.context, fetching.progress);
    if (!done) return base::with_context(std::move(done).error(), place.path.string());
  }
  return saved;
}

base::Result<void> stream_attachment(const Fetching& fetching, const Listed& listed,
                                     std::uint64_t which, base::ByteSink& sink) {
  TRY(const message::Attachment* attachment, attachment_of(listed, which));
  TRY(client::RelayClient relay, connect(fetching.installation, fetching.context));
  return download_attachment(relay, {*attachment, fetching.bandwidth}, sink, fetching.context,
                             fetching.progress);
}

base::Result<void> save_attachment(const Fetching& fetching, const Listed& listed,
                                   std::uint64_t which, const std::filesystem::path& into) {
  TRY(const message::Attachment* attachment, attachment_of(listed, which));
  TRY(client::RelayClient relay, connect(fetching.installation, fetching.context));
  return download_attachment(relay, {*attachment, fetching.bandwidth}, into, fetching.context,
                             fetching.progress);
}

}  // namespace sealpost::flow
