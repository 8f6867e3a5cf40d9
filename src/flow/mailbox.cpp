#include "flow/mailbox.hpp"

#include <fmt/format.h>

#include "note/note.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr std::string_view kNextNumber = "next-number";
constexpr std::size_t kShortestPrefix = 8;

// As if it had one: lists show messages by their headers.
message::Header header_of_reply(const MessageRecord& record) {
  const FromContact& contact = *record.contact;
  message::Header header;
  header.id = record.id;
  header.from = "contact:" + (contact.alias.empty() ? contact.contact : contact.alias);
  header.sent = contact.at;
  header.subject = contact.confirms ? "Confirmed" : "Reply";
  header.thread = contact.answers;
  header.content_type = "text/plain; charset=utf-8";
  header.body_length = record.body.size();
  return header;
}

message::Header header_of_recalled(const MessageRecord& record) {
  message::Header header;
  header.id = record.id;
  header.from = record.from;
  header.sent = record.recalled->sent;
  header.expires = record.recalled->expires;
  header.purpose = record.recalled->purpose;
  return header;
}

base::Result<Listed> parse_listed(const vault::Row& row) {
  TRY(MessageRecord record, decode_message(row.value.expose()));
  if (record.contact) {
    message::Header header = header_of_reply(record);
    return Listed{std::move(record), std::move(header)};
  }
  if (record.recalled && record.header_note.empty()) {
    message::Header header = header_of_recalled(record);
    return Listed{std::move(record), std::move(header)};
  }
  TRY(const note::Note signed_note, note::parse(record.header_note));
  TRY(message::Header header, message::parse_header(signed_note.text));
  return Listed{std::move(record), std::move(header)};
}

base::Error no_message(std::string_view which) {
  return {base::Code::kNotFound, fmt::format("there is no message {}", which),
          "see `sealpost inbox` and `sealpost sent`"};
}

// A message to oneself is there twice: as it was sent and as it came.
std::string seen_name(Direction direction, std::string_view from, std::string_view id) {
  return fmt::format("{}\n{}\n{}", direction == Direction::kSent ? "sent" : "received", from, id);
}

base::Result<Listed> find_by_id(const vault::Vault& vault, std::string_view prefix,
                                Direction preferred) {
  std::optional<Listed> found;
  TRY(vault.each(Kind::kMessage, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(Listed listed, parse_listed(row));
    if (!listed.record.id.starts_with(prefix)) return true;
    if (found && found->record.id != listed.record.id) {
      return base::Error{base::Code::kConflict,
                         fmt::format("several messages begin with {}", prefix),
                         "give more of the id, or the number"};
    }
    if (!found || listed.record.direction == preferred) found = std::move(listed);
    return true;
  }));
  if (!found) return no_message(prefix);
  return std::move(*found);
}

}  // namespace

base::Result<std::uint64_t> take_number(vault::Vault& vault, std::uint64_t count) {
  std::uint64_t number = 1;
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kState, kNextNumber));
  if (row) {
    TRY(number, base::parse_decimal(row->value.expose_text()));
  }
  TRY(vault.put(Kind::kState, kNextNumber, base::as_bytes(fmt::format("{}", number + count))));
  return number;
}

base::Result<void> store_message(vault::Vault& vault, const MessageRecord& record,
                                 const SeenRecord& seen) {
  TRY(vault.insert(Kind::kMessage, fmt::format("{}", record.number), encode(record).expose()));
  TRY(vault.insert(Kind::kSeen, seen_name(record.direction, record.from, record.id),
                   encode(seen).expose()));
  return {};
}

base::Result<void> remove_message(vault::Vault& vault, const MessageRecord& record) {
  TRY(const vault::Row message, vault.get(Kind::kMessage, fmt::format("{}", record.number)));
  TRY(const vault::Row seen,
      vault.get(Kind::kSeen, seen_name(record.direction, record.from, record.id)));
  TRY(vault.erase(Kind::kMessage, message.id));
  return vault.erase(Kind::kSeen, seen.id);
}

base::Result<void> update_message(vault::Vault& vault, const MessageRecord& record) {
  return vault.put(Kind::kMessage, fmt::format("{}", record.number), encode(record).expose());
}

base::Result<void> update_seen(vault::Vault& vault, const MessageRecord& record,
                               const SeenRecord& seen) {
  return vault.put(Kind::kSeen, seen_name(record.direction, record.from, record.id),
                   encode(seen).expose());
}

base::Result<std::optional<SeenRecord>> find_seen(const vault::Vault& vault, Direction direction,
                                                  std::string_view from, std::string_view id) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kSeen, seen_name(direction, from, id)));
  if (!row) return std::optional<SeenRecord>();
  TRY(SeenRecord seen, decode_seen(row->value.expose()));
  return std::optional<SeenRecord>(std::move(seen));
}

base::Result<Listed> find_message(const vault::Vault& vault, std::string_view which,
                                  Direction preferred) {
  if (base::parse_decimal(which)) {
    TRY(const std::optional<vault::Row> row, vault.find(Kind::kMessage, which));
    if (!row) return no_message(which);
    return parse_listed(*row);
  }
  if (which.size() < kShortestPrefix) return no_message(which);
  return find_by_id(vault, which, preferred);
}

base::Result<void> each_message(const vault::Vault& vault, Direction direction,
                                const std::function<base::Result<void>(Listed)>& visit) {
  return vault.each(Kind::kMessage, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(Listed listed, listed_in(row));
    if (listed.record.direction == direction) TRY(visit(std::move(listed)));
    return true;
  });
}

base::Result<Listed> listed_in(const vault::Row& row) { return parse_listed(row); }

}  // namespace sealpost::flow
