// Orders to wipe a device, in SQL.
#include "relay/store/sqlite_writer.hpp"

namespace sealpost::relay {

base::Result<std::optional<StoredOrder>> SqliteReader::read_order(Query query) {
  TRY(const bool row, query.step());
  if (!row) return std::optional<StoredOrder>();
  StoredOrder out;
  out.row = query.number(0);
  out.id = query.text(1);
  out.device = query.text(2);
  TRY(out.key, crypto::digest_from(query.bytes(3)));
  out.statement = query.text(4);
  out.ordered = from_millis(query.number(5));
  out.fetched = from_millis(query.number(6));
  out.wiped = from_millis(query.number(7));
  out.answer = query.text(8);
  out.voucher = query.text(9);
  return std::optional(std::move(out));
}

base::Result<std::optional<StoredOrder>> SqliteReader::order_of_device(std::string_view device) {
  TRY(Query query,
      db_->query(
          "SELECT o.id, uuid, name, key, statement, ordered, fetched, wiped, answer, voucher "
          "FROM orders o JOIN names n ON n.id = o.device WHERE o.device = "
          "(SELECT id FROM names WHERE name = ?) ORDER BY o.id DESC LIMIT 1"));
  query.bind(device);
  return read_order(std::move(query));
}

base::Result<std::optional<StoredOrder>> SqliteReader::order_for_key(const crypto::Digest& key) {
  TRY(Query query,
      db_->query(
          "SELECT o.id, uuid, name, key, statement, ordered, fetched, wiped, answer, voucher "
          "FROM orders o JOIN names n ON n.id = o.device WHERE key = ? "
          "ORDER BY o.id DESC LIMIT 1"));
  query.bind(base::ByteView(key));
  return read_order(std::move(query));
}

base::Result<std::optional<StoredOrder>> SqliteReader::order(std::string_view id) {
  TRY(Query query,
      db_->query(
          "SELECT o.id, uuid, name, key, statement, ordered, fetched, wiped, answer, voucher "
          "FROM orders o JOIN names n ON n.id = o.device WHERE uuid = ?"));
  query.bind(id);
  return read_order(std::move(query));
}

base::Result<void> SqliteWriter::add_order(const StoredOrder& order) {
  TRY(const std::uint64_t device, name_number(order.device));
  return run(
      "INSERT INTO orders(uuid, device, key, statement, ordered, fetched, wiped, answer, voucher) "
      "VALUES(?, ?, ?, ?, ?, 0, 0, '', '')",
      std::string_view(order.id), device, base::ByteView(order.key),
      std::string_view(order.statement), to_millis(order.ordered));
}

base::Result<void> SqliteWriter::order_fetched(std::uint64_t row, base::Time now) {
  return run("UPDATE orders SET fetched = ? WHERE id = ?", to_millis(now), row);
}

base::Result<void> SqliteWriter::order_obeyed(std::uint64_t row, base::Time now,
                                              std::string_view answer, std::string_view voucher) {
  return run("UPDATE orders SET wiped = ?, answer = ?, voucher = ? WHERE id = ?", to_millis(now),
             answer, voucher, row);
}

}  // namespace sealpost::relay
