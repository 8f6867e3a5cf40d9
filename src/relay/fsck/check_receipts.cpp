// Receipts: each verified by the key of its signer, about the message that it lies with, and
// recorded by the leaf that it names.
#include <algorithm>

#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "receipt/receipt.hpp"
#include "relay/checkpoints.hpp"
#include "relay/fsck/examination.hpp"

namespace sealpost::relay {
namespace {

using receipt::State;

struct Row {
  std::uint64_t number;
  std::uint64_t state;
  std::string signer;
  std::string sender;
  std::uint64_t leaf;
  std::string statement;
  std::string message;  // id; empty when the message is not there
  base::Bytes sha256;
  std::string purpose;
  base::Bytes recipients;
  base::Bytes leaf_bytes;  // empty when the leaf is not there
};

constexpr std::string_view kRows =
    "SELECT e.id, e.state, coalesce(s.name, ''), coalesce(f.name, ''), e.leaf, e.statement, "
    "coalesce(m.uuid, ''), m.sha256, m.purpose, m.recipients, l.leaf FROM evidence e "
    "LEFT JOIN names s ON s.id = e.signer LEFT JOIN names f ON f.id = e.sender "
    "LEFT JOIN messages m ON m.id = e.message LEFT JOIN leaves l ON l.id = e.leaf ORDER BY e.id";

Row read_row(const Query& query) {
  return {query.number(0), query.number(1), query.text(2),  query.text(3),
          query.number(4), query.text(5),   query.text(6),  query.bytes(7),
          query.text(8),   query.bytes(9),  query.bytes(10)};
}

std::string name_of(const Row& row) {
  const std::string about =
      row.message.empty() ? "number " + std::to_string(row.number) : row.message;
  return about + " by " + (row.signer.empty() ? "nobody" : row.signer);
}

std::string event_name(State state) {
  if (state == State::kAccepted) return "message.send";
  if (state == State::kDelivered) return "message.deliver";
  if (state == State::kExpired) return "message.expire";
  if (state == State::kDropped) return "message.drop";
  if (state == State::kWithdrawn) return "message.withdraw";
  return "message." + std::string(receipt::state_name(state));
}

class ReceiptCheck {
 public:
  explicit ReceiptCheck(Examination& all) : all_(all) {}

  // What is wrong with it, one thing at a time; empty when nothing is.
  base::Result<std::string> judge(const Row& row) {
    if (row.message.empty()) return std::string("its message is not there");
    const auto note = note::parse(row.statement);
    if (!note) return std::string("it is no signed note");
    const auto receipt = receipt::parse(note->text);
    if (!receipt) return "it is out of form: " + receipt.error().text;
    if (!is_signed(*note, *receipt)) return std::string("its signature does not verify");
    if (!is_about(*receipt, row))
      return std::string("it is about another message than it lies with");
    TRY(const bool agrees, views_hold(*receipt, row.leaf));
    if (!agrees) return std::string("it names a state of log or trust chain that never was");
    return judge_leaf(*receipt, row);
  }

 private:
  bool is_signed(const note::Note& note, const receipt::Receipt& receipt) const {
    if (note.signatures.size() != 1) return false;
    if (receipt::is_relays(receipt.state)) return note::signed_by(note, all_.log);
    const trust::Device* device = all_.chain.device(receipt.by);
    if (device == nullptr) return !all_.chain_is_sound;
    return trust::key_that_signed(*device, note) != nullptr;
  }

  static bool is_about(const receipt::Receipt& receipt, const Row& row) {
    const bool purpose = receipt.state != State::kAccepted || receipt.purpose == row.purpose;
    return purpose && receipt.message == row.message && receipt.from == row.sender &&
           receipt.by == row.signer && static_cast<std::uint64_t>(receipt.state) == row.state &&
           std::equal(receipt.message_sha256.begin(), receipt.message_sha256.end(),
                      row.sha256.begin(), row.sha256.end());
  }

  // What devices claim to have seen is theirs to answer for; the relay's own word is checked.
  base::Result<bool> views_hold(const receipt::Receipt& receipt, std::uint64_t leaf) {
    if (!receipt::is_relays(receipt.state)) return true;
    const auto head = all_.chain.head_at(receipt.trust.size);
    if (all_.chain_is_sound && (!head || *head != receipt.trust.hash)) return false;
    if (receipt.log.size > leaf) return false;
    if (!all_.log_is_sound) return true;
    if (receipt.log.size == 0) return receipt.log.hash == merkle::empty_root();
    if (!root_ || receipt.log.size != root_->size) TRY(derive_root(receipt.log.size));
    return root_->root == receipt.log.hash;
  }

  // Receipts that were given one behind the other name the same checkpoint.
  base::Result<void> derive_root(std::uint64_t size) {
    const merkle::TileReader tiles = [&](const merkle::TileId& id) {
      return read_tile(all_.reader, id);
    };
    const auto root = merkle::read_root(size, merkle::nodes_from_tiles(size, tiles));
    root_ = merkle::Checkpoint{"", size, root ? *root : merkle::Digest{}};
    return {};
  }

  base::Result<std::string> judge_leaf(const receipt::Receipt& receipt, const Row& row) {
    const std::string where = "leaf " + std::to_string(row.leaf);
    if (row.leaf_bytes.empty()) return where + ", which records it, is not there";
    const auto event = audit::parse_leaf(row.leaf_bytes);
    if (!event) return where + ", which records it, is out of form";
    const auto hash = base::to_hex(crypto::sha256(base::as_bytes(row.statement)));
    const auto statement = event->details.find("statement");
    const bool accepted = receipt.state == State::kAccepted;
    const bool same = event->event == event_name(receipt.state) &&
                      event->message == receipt.message && is_actor(*event, receipt) &&
                      event->purpose == row.purpose && statement != event->details.end() &&
                      statement->second == hash;
    if (!same) return where + " does not record it";
    if (!accepted) return std::string();
    TRY(const bool named, names_recipients(*event, row));
    return named ? std::string() : where + " names other recipients than the message has";
  }

  // Whoever ended the device, or recalled the message, is the actor of what went with it.
  static bool is_actor(const audit::Event& event, const receipt::Receipt& receipt) {
    if (!receipt.device.empty()) {
      return event.objects == std::vector<std::string>{receipt.device};
    }
    if (receipt.state == State::kWithdrawn) return true;
    return event.actor == (receipt.state == State::kAccepted ? receipt.from : receipt.by);
  }

  base::Result<bool> names_recipients(const audit::Event& event, const Row& row) {
    const auto recipients = all_.reader.read_recipients(row.recipients);
    if (!recipients) return true;  // said of the message
    std::vector<std::string> accepted;
    for (const wire::RecipientResult& one : *recipients) {
      if (one.state == wire::RecipientState::kAccepted) accepted.push_back(one.device);
    }
    if (recipients->empty()) return names_contact(event, row);
    return accepted == event.objects;
  }

  // A link is forgotten a while after its message has expired.
  base::Result<bool> names_contact(const audit::Event& event, const Row& row) {
    TRY(Query query, all_.db.query("SELECT l.contact FROM links l JOIN evidence e "
                                   "ON e.message = l.message WHERE e.id = ?"));
    query.bind(row.number);
    TRY(const bool there, query.step());
    return !there || event.objects == std::vector<std::string>{query.text(0)};
  }

  Examination& all_;
  std::optional<merkle::Checkpoint> root_;  // the last one derived
};

}  // namespace

base::Result<void> check_receipts(Examination& all) {
  ReceiptCheck check(all);
  TRY(Query query, all.db.query(kRows));
  for (;;) {
    TRY(const bool more, query.step());
    if (!more) return {};
    ++all.found.receipts;
    const Row row = read_row(query);
    TRY(std::string what, check.judge(row));
    if (!what.empty()) TRY(all.damage(Part::kReceipt, name_of(row), std::move(what)));
    TRY(all.passed(row.statement.size()));
  }
}

}  // namespace sealpost::relay
