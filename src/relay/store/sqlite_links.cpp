// Contacts' links in SQL: claims, replies, and who wants no more messages.
#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {
namespace {

constexpr std::size_t kReplyOverhead = 160;  // of the CBOR around a file

base::Result<StoredLink> read_link(const Query& query) {
  StoredLink out;
  out.link.id = query.text(0);
  TRY(out.link.fetch, crypto::digest_from(query.bytes(1)));
  TRY(out.link.open, crypto::digest_from(query.bytes(2)));
  out.link.contact = query.text(3);
  out.link.passcode = static_cast<wire::Passcode>(query.number(4));
  out.link.views = query.number(5);
  out.link.header = query.bytes(6);
  out.wrong = query.number(7);
  out.replies = query.number(8);
  out.state = static_cast<LinkState>(query.number(9));
  out.expires = from_millis(query.number(10));
  out.message = query.number(11);
  out.from = query.text(12);
  out.message_id = query.text(13);
  TRY(out.sha256, crypto::digest_from(query.bytes(14)));
  out.purpose = query.text(15);
  return out;
}

}  // namespace

base::Result<std::optional<StoredLink>> SqliteReader::link(std::string_view id) {
  TRY(Query query,
      db_->query("SELECT l.id, l.fetch, l.open, l.contact, l.passcode, l.views, l.header, l.wrong, "
                 "l.replies, l.state, l.expires, m.id, n.name, m.uuid, m.sha256, m.purpose "
                 "FROM links l JOIN messages m ON m.id = l.message "
                 "JOIN names n ON n.id = m.sender WHERE l.id = ?"));
  query.bind(id);
  TRY(const bool row, query.step());
  if (!row) return std::optional<StoredLink>();
  TRY(StoredLink out, read_link(query));
  return std::optional(std::move(out));
}

base::Result<std::optional<LinkClaim>> SqliteReader::link_claim(std::string_view link,
                                                                std::string_view claim) {
  TRY(Query query,
      db_->query("SELECT claimed, held, committed FROM link_claims WHERE link = ? AND claim = ?"));
  query.bind(link).bind(claim);
  TRY(const bool row, query.step());
  if (!row) return std::optional<LinkClaim>();
  return std::optional(
      LinkClaim{from_millis(query.number(0)), query.number(1) != 0, query.number(2)});
}

base::Result<LinkViews> SqliteReader::link_views(std::string_view link, base::Time held_since) {
  TRY(Query query,
      db_->query("SELECT coalesce(sum(committed), 0), "
                 "coalesce(sum(held = 1 AND claimed > ?), 0) FROM link_claims WHERE link = ?"));
  query.bind(to_millis(held_since)).bind(link);
  TRY(const bool row, query.step());
  return row ? LinkViews{query.number(0), query.number(1)} : LinkViews{};
}

base::Result<base::Bytes> SqliteReader::payload(std::uint64_t message) {
  TRY(Query query, db_->query("SELECT body FROM payloads WHERE id = ?"));
  query.bind(message);
  TRY(const bool row, query.step());
  return row ? query.bytes(0) : base::Bytes{};
}

base::Result<bool> SqliteReader::message_names_blob(std::uint64_t message, std::string_view blob) {
  TRY(Query query, db_->query("SELECT 1 FROM message_blobs WHERE blob = ? AND message = ?"));
  query.bind(blob).bind(message);
  return query.step();
}

base::Result<wire::ContactReplies> SqliteReader::replies(std::string_view sender,
                                                         std::uint64_t after, std::size_t limit,
                                                         std::size_t max_bytes) {
  TRY(Query query, db_->query("SELECT r.id, r.uuid, m.uuid, r.at, r.file FROM replies r "
                              "JOIN messages m ON m.id = r.message WHERE r.sender = "
                              "(SELECT id FROM names WHERE name = ?) AND r.id > ? "
                              "ORDER BY r.id LIMIT ?"));
  query.bind(sender).bind(after).bind(limit + 1);
  wire::ContactReplies out;
  std::size_t bytes = 0;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    wire::ContactReply reply{query.number(0), query.text(1), query.text(2),
                             from_millis(query.number(3)), query.bytes(4)};
    bytes += reply.file.size() + kReplyOverhead;
    out.more = out.replies.size() == limit || (!out.replies.empty() && bytes > max_bytes);
    if (out.more) return out;
    out.replies.push_back(std::move(reply));
  }
}

base::Result<bool> SqliteReader::stopped(std::string_view contact, std::string_view purpose) {
  TRY(Query query, db_->query("SELECT lift FROM stops WHERE contact = ?1 AND (purpose IN (?2, '') "
                              "OR (?2 = '' AND lift = 1)) ORDER BY id DESC LIMIT 1"));
  query.bind(contact).bind(purpose);
  TRY(const bool row, query.step());
  return row && query.number(0) == 0;
}

base::Result<bool> SqliteReader::stop_waits(std::string_view contact) {
  TRY(Query query, db_->query("SELECT 1 FROM stops WHERE contact = ? AND recorded = 0 LIMIT 1"));
  query.bind(contact);
  return query.step();
}

base::Result<wire::Stops> SqliteReader::stops(std::uint64_t after, std::size_t limit) {
  TRY(Query query, db_->query("SELECT s.id, s.contact, s.purpose, s.leaf, l.leaf FROM stops s "
                              "JOIN leaves l ON l.id = s.leaf WHERE s.recorded = 0 AND s.id > ? "
                              "ORDER BY s.id LIMIT ?"));
  query.bind(after).bind(limit + 1);
  wire::Stops out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    out.more = out.stops.size() == limit;
    if (out.more) return out;
    out.stops.push_back(
        {query.number(0), query.text(1), query.text(2), query.number(3), query.bytes(4)});
  }
}

base::Result<void> SqliteWriter::add_link(const NewMessage& message, std::uint64_t row) {
  const wire::Link& link = *message.submission.link;
  return run(
      "INSERT INTO links(id, message, fetch, open, contact, passcode, views, wrong, replies, "
      "state, expires, header) VALUES(?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?)",
      std::string_view(link.id), row, base::ByteView(link.fetch), base::ByteView(link.open),
      std::string_view(link.contact), static_cast<std::uint64_t>(link.passcode), link.views,
      to_millis(message.submission.expires), base::ByteView(link.header));
}

base::Result<void> SqliteWriter::set_link(std::string_view id, LinkState state, std::uint64_t wrong,
                                          std::uint64_t replies) {
  return run("UPDATE links SET state = ?, wrong = ?, replies = ? WHERE id = ?",
             static_cast<std::uint64_t>(state), wrong, replies, id);
}

base::Result<void> SqliteWriter::close_link(std::string_view id) {
  TRY(run("UPDATE messages SET pending = 0 WHERE id = (SELECT message FROM links WHERE id = ?)",
          id));
  TRY(run("DELETE FROM payloads WHERE id = (SELECT message FROM links WHERE id = ?)", id));
  return run("UPDATE links SET header = x'' WHERE id = ?", id);
}

base::Result<void> SqliteWriter::set_link_claim(std::string_view link, std::string_view claim,
                                                const LinkClaim& value) {
  return run(
      "INSERT INTO link_claims(link, claim, claimed, held, committed) VALUES(?, ?, ?, ?, ?) "
      "ON CONFLICT(link, claim) DO UPDATE SET claimed = excluded.claimed, held = excluded.held, "
      "committed = excluded.committed",
      link, claim, to_millis(value.claimed), std::uint64_t{value.held ? 1U : 0U}, value.committed);
}

base::Result<bool> SqliteWriter::add_reply(const NewReply& reply) {
  TRY(const std::uint64_t sender, name_number(reply.from));
  TRY(run("INSERT OR IGNORE INTO replies(sender, message, uuid, at, file) VALUES(?, ?, ?, ?, ?)",
          sender, reply.message, std::string_view(reply.id), to_millis(reply.at), reply.file));
  return db_->changes() == 1;
}

base::Result<bool> SqliteWriter::remove_reply(std::string_view sender, std::string_view id) {
  TRY(const std::uint64_t number, name_number(sender));
  TRY(run("DELETE FROM replies WHERE sender = ? AND uuid = ?", number, id));
  return db_->changes() == 1;
}

base::Result<void> SqliteWriter::insert_stop(std::string_view contact, std::string_view purpose,
                                             base::Time at, bool lift) {
  const std::uint64_t lifting = lift ? 1 : 0;
  return run(
      "INSERT INTO stops(contact, purpose, at, lift, recorded, leaf) "
      "VALUES(?, ?, ?, ?, ?, -1)",
      contact, purpose, to_millis(at), lifting, lifting);
}

base::Result<std::uint64_t> SqliteWriter::add_stop(std::string_view contact,
                                                   std::string_view purpose, base::Time at) {
  TRY(insert_stop(contact, purpose, at, false));
  return static_cast<std::uint64_t>(db_->last_row());
}

base::Result<void> SqliteWriter::set_stop_leaf(std::uint64_t row, std::uint64_t leaf) {
  return run("UPDATE stops SET leaf = ? WHERE id = ?", leaf, row);
}

base::Result<void> SqliteWriter::record_stop(std::uint64_t row) {
  return run("UPDATE stops SET recorded = 1 WHERE id = ?", row);
}

base::Result<void> SqliteWriter::lift_stop(std::string_view contact, std::string_view purpose,
                                           base::Time at) {
  return insert_stop(contact, purpose, at, true);
}

base::Result<std::vector<std::string>> SqliteWriter::spent_links(base::Time claimed_before,
                                                                 std::size_t limit) {
  TRY(Query query,
      db_->query("SELECT id FROM links WHERE state = 2 AND header <> x'' AND NOT EXISTS "
                 "(SELECT 1 FROM link_claims WHERE link = links.id AND claimed >= ?) LIMIT ?"));
  query.bind(to_millis(claimed_before)).bind(limit);
  std::vector<std::string> out;
  for (;;) {
    TRY(const bool row, query.step());
    if (!row) return out;
    out.push_back(query.text(0));
  }
}

base::Result<std::size_t> SqliteWriter::remove_links(base::Time expired_before, std::size_t limit) {
  std::vector<std::string> gone;
  {
    TRY(Query query, db_->query("SELECT id FROM links WHERE expires < ? ORDER BY expires LIMIT ?"));
    query.bind(to_millis(expired_before)).bind(limit);
    for (;;) {
      TRY(const bool row, query.step());
      if (!row) break;
      gone.push_back(query.text(0));
    }
  }
  for (const std::string& id : gone) {
    TRY(run("DELETE FROM link_claims WHERE link = ?", std::string_view(id)));
    TRY(run("DELETE FROM links WHERE id = ?", std::string_view(id)));
  }
  return gone.size();
}

}  // namespace sealpost::relay
