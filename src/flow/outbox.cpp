#include "flow/outbox.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "flow/drafts.hpp"
#include "flow/freshness.hpp"
#include "flow/link_notices.hpp"
#include "flow/link_records.hpp"
#include "flow/mailbox.hpp"
#include "flow/outgoing.hpp"
#include "flow/sealing.hpp"
#include "flow/take_lease.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr std::size_t kShortestPrefix = 8;

OutboxEntry entry_of(const Draft& draft) {
  OutboxEntry entry;
  entry.id = draft.id;
  entry.to = draft.request.to;
  entry.subject = draft.request.subject;
  entry.purpose = draft.request.purpose;
  for (const OutgoingFile& file : draft.request.files) entry.files.push_back(file.name);
  entry.began = draft.began;
  entry.repeatable = draft.repeatable;
  entry.keyed = draft.request.key.has_value();
  return entry;
}

std::string user_in(const std::string& full_name) {
  const std::size_t slash = full_name.find('/');
  return slash == std::string::npos ? full_name : full_name.substr(slash + 1);
}

OutboxEntry entry_of(const Listed& message) {
  OutboxEntry entry;
  entry.id = message.record.id;
  for (const std::string& name : message.header.to) entry.to.push_back(user_in(name));
  entry.subject = message.header.subject;
  entry.purpose = message.header.purpose;
  for (const auto& attachment : message.header.attachments) entry.files.push_back(attachment.name);
  entry.began = message.record.stored;
  return entry;
}

std::uint64_t size_of_files(const Listed& message) {
  std::uint64_t size = 0;
  for (const auto& attachment : message.header.attachments) size += attachment.size;
  return size;
}

using Entries = std::map<std::string, OutboxEntry>;

base::Result<void> add_drafts(vault::Vault& vault, Entries& entries) {
  return each_draft(vault, [&](const Draft& draft) -> base::Result<void> {
    OutboxEntry entry = entry_of(draft);
    for (std::size_t i = 0; i < draft.request.files.size(); ++i) {
      TRY(const std::uint64_t stored, uploaded_bytes(vault, journal_of(draft.id, i)));
      entry.stored += stored;
    }
    entries.emplace(draft.id, std::move(entry));
    return {};
  });
}

// A sealed message began when its draft did.
base::Result<void> add_sealed(const vault::Vault& vault, Entries& entries) {
  return vault.each(Kind::kOutgoing, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(const OutgoingRecord outgoing, decode_outgoing(row.value.expose()));
    TRY(const Listed message,
        find_message(vault, fmt::format("{}", outgoing.number), Direction::kSent));
    OutboxEntry& entry = entries.try_emplace(message.record.id, entry_of(message)).first->second;
    entry.sealed = true;
    entry.number = outgoing.number;
    entry.stored = size_of_files(message);
    entry.repeatable = true;
    return true;
  });
}

base::Error not_there(std::string_view which) {
  return {base::Code::kNotFound, fmt::format("there is no message {} in the outbox", which),
          "see `sealpost outbox list`"};
}

bool is_meant(const OutboxEntry& entry, std::string_view which) {
  if (entry.number && fmt::format("{}", *entry.number) == which) return true;
  return which.size() >= kShortestPrefix && entry.id.starts_with(which);
}

// Of confirmed messages; the others are there already.
base::Result<void> add_notices(const vault::Vault& vault, Entries& entries) {
  TRY(const std::vector<std::string> messages, awaited_notices(vault));
  for (const std::string& id : messages) {
    if (entries.contains(id)) continue;
    TRY(const Listed message, find_message(vault, id, Direction::kSent));
    OutboxEntry entry = entry_of(message);
    entry.to.clear();
    for (const RecipientRecord& one : message.record.recipients) entry.to.push_back(one.user);
    entry.notice = true;
    entry.number = message.record.number;
    entry.stored = size_of_files(message);
    entries.emplace(id, std::move(entry));
  }
  return {};
}

// Done by another process since it was listed, or all but the notice.
base::Result<Sent> sent_meanwhile(const Installation& installation, const std::string& id) {
  TRY(const std::optional<SeenRecord> seen,
      find_seen(installation.vault(), Direction::kSent, installation.signer().name(), id));
  if (!seen) return not_there(id);
  TRY(const Listed message,
      find_message(installation.vault(), fmt::format("{}", seen->number), Direction::kSent));
  return sent_of(message.record, true);
}

base::Error cannot_repeat(const Draft& draft) {
  const std::string drop = fmt::format("sealpost outbox drop {}", draft.id);
  return {base::Code::kUsage, "a file of it came from a pipe and cannot be read again",
          draft.request.key ? "run the same command again with the same --key, or " + drop : drop};
}

// Looks without waiting: what has become a pipe would stop this message and all behind it.
base::Result<void> check_files(const Draft& draft) {
  for (const OutgoingFile& file : draft.request.files) {
    const auto open = open_outgoing(file.path, true);
    if (open) continue;
    base::Error error = open.error();
    error.hint =
        fmt::format("put the file back, or give the message up: sealpost outbox drop {}", draft.id);
    return error;
  }
  return {};
}

base::Result<Sent> go_on(Installation& installation, const std::string& id,
                         std::optional<std::uint64_t> bandwidth, client::RelayClient& relay,
                         Context& context, TransferProgress& progress, notify::Notifier* notifier) {
  TRY(std::optional<Draft> draft, find_draft(installation.vault(), id));
  TRY(const bool sealed, is_sealed(installation.vault(), id));
  if (!draft && !sealed) {
    TRY(hear_of_contact(installation, relay, id, context));
    TRY(Sent sent, sent_meanwhile(installation, id));
    return tell_contact(installation, std::move(sent), notifier, context);
  }
  if (!draft) draft = Draft{id, {}, {}, false};
  if (bandwidth) draft->request.bandwidth = *bandwidth;
  TRY(check_fresh(installation, context.clock.now()));
  if (!sealed) {
    if (!draft->repeatable) return cannot_repeat(*draft);
    TRY(check_files(*draft));
    TRY(check_request(installation, draft->request, context.clock.now()));
  }
  TRY(const Confirmed confirmed, carry_through(installation, *draft, relay, context, progress));
  return tell_contact(installation, sent_of(confirmed.record, confirmed.duplicate), notifier,
                      context);
}

// Failures that the next message would meet, too.
bool ends_all(base::Code code) {
  return code == base::Code::kUnreachable || code == base::Code::kBusy ||
         code == base::Code::kInterrupted;
}

}  // namespace

base::Result<std::vector<OutboxEntry>> list_outbox(const Installation& installation) {
  Entries entries;
  TRY(add_drafts(installation.vault(), entries));
  TRY(add_sealed(installation.vault(), entries));
  TRY(add_notices(installation.vault(), entries));
  std::vector<OutboxEntry> list;
  for (auto& [id, entry] : entries) list.push_back(std::move(entry));
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.began < b.began; });
  return list;
}

base::Result<std::uint64_t> count_outbox(const vault::Vault& vault) {
  TRY(std::uint64_t count, vault.count(Kind::kOutgoing));
  TRY(each_draft(vault, [&](const Draft& draft) -> base::Result<void> {
    TRY(const bool sealed, is_sealed(vault, draft.id));
    if (!sealed) ++count;
    return {};
  }));
  TRY(const std::vector<std::string> notices, awaited_notices(vault));
  for (const std::string& id : notices) {
    TRY(const bool sealed, is_sealed(vault, id));
    if (!sealed) ++count;
  }
  return count;
}

base::Result<OutboxEntry> find_in_outbox(const Installation& installation, std::string_view which) {
  TRY(const std::vector<OutboxEntry> entries, list_outbox(installation));
  const auto meant = [&](const OutboxEntry& entry) { return is_meant(entry, which); };
  const auto found = std::find_if(entries.begin(), entries.end(), meant);
  if (found == entries.end()) return not_there(which);
  if (std::find_if(found + 1, entries.end(), meant) != entries.end()) {
    return base::Error{base::Code::kConflict, fmt::format("several messages begin with {}", which),
                       "give more of the id"};
  }
  return *found;
}

base::Result<vault::Lease> hold(vault::Vault& vault, const std::string& id, Context& context) {
  const base::Error busy{base::Code::kBusy,
                         fmt::format("another process is sending message {}", id),
                         "see what becomes of it: sealpost outbox list"};
  return take_lease(vault, id, busy, context);
}

base::Result<std::vector<Retried>> retry_outbox(Installation& installation,
                                                const std::vector<std::string>& ids,
                                                std::optional<std::uint64_t> bandwidth,
                                                Context& context, TransferProgress& progress,
                                                notify::Notifier* notifier) {
  std::vector<Retried> all;
  TRY(client::RelayClient relay, visit(installation, context));
  std::optional<base::Error> lost;
  for (const std::string& id : ids) {
    Retried& one = all.emplace_back(Retried{id, {}, false, lost});
    if (lost) continue;
    TRY(const std::optional<vault::Lease> alone, installation.vault().lease(id));
    one.elsewhere = !alone;
    if (!alone) continue;
    auto sent = go_on(installation, id, bandwidth, relay, context, progress, notifier);
    if (sent) {
      one.sent = *std::move(sent);
      continue;
    }
    one.error = sent.error();
    if (ends_all(sent.error().code)) lost = sent.error();
  }
  return all;
}

}  // namespace sealpost::flow
