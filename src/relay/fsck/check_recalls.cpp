// Recalls: each is of who may give it, about a message of which nothing waits any more, and
// recorded by the leaf that is noted for it.
#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "relay/fsck/examination.hpp"
#include "trust/recall.hpp"

namespace sealpost::relay {
namespace {

struct Row {
  std::uint64_t number;
  std::string statement;
  std::string message;  // id; empty when it is not there
  std::string sender;
  base::Bytes leaf;
  std::uint64_t pending;
};

std::string wrong_with_event(const Row& row, const std::string& by) {
  const auto event = audit::parse_leaf(row.leaf);
  if (!event) return "no leaf records it";
  const auto statement = event->details.find("statement");
  const auto hash = base::to_hex(crypto::sha256(base::as_bytes(row.statement)));
  const bool same = event->event == "message.recall" && event->actor == by &&
                    event->message == row.message && statement != event->details.end() &&
                    statement->second == hash;
  return same ? "" : "the leaf that is noted for it records something else";
}

std::string wrong_with(const Examination& all, const Row& row) {
  if (row.message.empty()) return "its message is not there";
  if (row.pending > 0) return "something of its message still waits to be fetched";
  const auto given = trust::verify_recall(all.chain, row.statement);
  if (!given) return given.error().text;
  if (given->recall.message != row.message || given->recall.from.str() != row.sender) {
    return "it is about another message than it lies with";
  }
  return wrong_with_event(row, given->by);
}

}  // namespace

// Of recalls whose author the chain does not have as far as it verifies nothing is said.
base::Result<void> check_recalls(Examination& all) {
  if (!all.chain_is_sound) return {};
  TRY(Query query, all.db.query("SELECT r.id, r.statement, coalesce(m.uuid, ''), "
                                "coalesce(n.name, ''), l.leaf, coalesce(m.pending, 0) "
                                "FROM recalls r LEFT JOIN messages m ON m.id = r.message "
                                "LEFT JOIN names n ON n.id = m.sender "
                                "LEFT JOIN leaves l ON l.id = r.leaf ORDER BY r.id"));
  for (;;) {
    TRY(const bool more, query.step());
    if (!more) return {};
    const Row row{query.number(0), query.text(1),  query.text(2),
                  query.text(3),   query.bytes(4), query.number(5)};
    std::string what = wrong_with(all, row);
    const std::string name =
        row.message.empty() ? "number " + std::to_string(row.number) : row.message;
    if (!what.empty()) TRY(all.damage(Part::kRecall, name, std::move(what)));
    TRY(all.passed(row.statement.size()));
  }
}

}  // namespace sealpost::relay
