#include "flow/replies.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "age/file.hpp"
#include "age/x25519.hpp"
#include "flow/gate.hpp"
#include "flow/link_records.hpp"
#include "flow/mailbox.hpp"
#include "flow/reply_words.hpp"
#include "link/reply.hpp"
#include "text/uuid.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kPage = 64;

base::Result<crypto::SecretBytes> decrypt(const LinkRecord& link, base::ByteView file) {
  TRY(const age::X25519Identity identity, age::X25519Identity::parse(link.identity.expose_text()));
  const std::array<const age::Identity*, 1> identities{&identity};
  TRY(const age::OpenedHeader opened, age::open_header(file, identities));
  return age::open_payload(opened.file_key, file.subspan(opened.size));
}

base::Result<link::Reply> open_reply(const LinkRecord& link, const wire::ContactReply& item) {
  TRY(const crypto::SecretBytes plaintext, decrypt(link, item.file));
  TRY(const link::AnswerKey key, link::AnswerKey::from(link.answer.expose()));
  return link::parse_reply(plaintext.expose_text(), key, item.message);
}

// The alias that the contact has now, where this vault knows it.
base::Result<std::string> alias_of(const vault::Vault& vault, const std::string& contact) {
  TRY(const auto keyed, contact_by_id(vault, contact));
  return keyed ? keyed->contact.alias() : std::string();
}

base::Result<MessageRecord> record_of(const vault::Vault& vault, const LinkRecord& link,
                                      const wire::ContactReply& item, const link::Reply& reply,
                                      base::Time now) {
  MessageRecord record;
  record.direction = Direction::kReceived;
  record.id = message_id_of_reply(item.message, item.id);
  TRY(const std::string alias, alias_of(vault, link.contact));
  record.contact = FromContact{link.contact, alias, item.message,
                               reply.kind == link::ReplyKind::kConfirm, item.at};
  record.from = std::string(kContactAddress) + link.contact;
  record.body = crypto::SecretBytes(base::as_bytes(reply.text));
  record.message_sha256 = crypto::sha256(item.file);
  record.unread = true;
  record.stored = now;
  return record;
}

// Of the message that a link is for.
base::Result<std::string> purpose_of(const Installation& installation, const std::string& message) {
  TRY(const auto seen,
      find_seen(installation.vault(), Direction::kSent, installation.signer().name(), message));
  const std::string which = seen ? fmt::format("{}", seen->number) : message;
  TRY(const Listed sent, find_message(installation.vault(), which, Direction::kSent));
  return sent.header.purpose;
}

base::Result<bool> store(vault::Vault& vault, LinkRecord& link, const wire::ContactReply& item,
                         MessageRecord record, const std::string& purpose) {
  bool stored = false;
  TRY(vault.transaction([&]() -> base::Result<void> {
    TRY(std::optional<LinkRecord> now, find_link(vault, item.message));
    if (!now) return {};
    if (std::find(now->replies.begin(), now->replies.end(), item.id) != now->replies.end()) {
      return {};
    }
    TRY(record.number, take_number(vault));
    TRY(store_message(vault, record, {record.number, record.message_sha256, {}}));
    TRY(note_reply_word(vault, {record.id, link.contact, purpose,
                                std::string(record.body.expose_text()), item.at}));
    now->replies.push_back(item.id);
    TRY(keep_link(vault, item.message, *now));
    link = *std::move(now);
    stored = true;
    return {};
  }));
  return stored;
}

base::Result<void> take_in(Installation& installation, const wire::ContactReply& item,
                           Context& context, Fetched& fetched) {
  vault::Vault& vault = installation.vault();
  const auto reject = [&](std::string why) {
    fetched.rejected.push_back({item.message, "a contact", std::move(why)});
  };
  TRY(std::optional<LinkRecord> link, find_link(vault, item.message));
  if (!link) {
    reject("it answers a message that this vault has no link of");
    return {};
  }
  const auto& known = link->replies;
  if (std::find(known.begin(), known.end(), item.id) != known.end()) return {};
  const auto reply = open_reply(*link, item);
  if (!reply) {
    reject(reply.error().text);
    return {};
  }
  TRY(MessageRecord record, record_of(vault, *link, item, *reply, context.clock.now()));
  TRY(const std::string purpose, purpose_of(installation, item.message));
  TRY(const bool stored, store(vault, *link, item, std::move(record), purpose));
  if (stored) ++fetched.stored;
  return {};
}

}  // namespace

std::string message_id_of_reply(std::string_view message, std::string_view reply) {
  return text::uuid_v8(
      crypto::sha256(base::as_bytes(fmt::format("sealpost/v1/reply\n{}\n{}", message, reply))));
}

base::Result<void> collect_replies(Installation& installation, client::RelayClient& relay,
                                   Context& context, Fetched& fetched) {
  std::uint64_t cursor = 0;
  for (bool more = true; more && !context.interrupt.requested();) {
    TRY(const wire::ContactReplies list, relay.contact_replies(cursor, kPage));
    if (list.replies.empty()) return {};
    std::vector<std::string> done;
    for (const wire::ContactReply& item : list.replies) {
      if (item.cursor <= cursor) {
        return base::Error{base::Code::kVerificationFailed, "the relay's replies go backwards", ""};
      }
      cursor = item.cursor;
      TRY(take_in(installation, item, context, fetched));
      done.push_back(item.id);
    }
    TRY(relay.acknowledge_replies(done));
    more = list.more;
  }
  return {};
}

}  // namespace sealpost::flow
