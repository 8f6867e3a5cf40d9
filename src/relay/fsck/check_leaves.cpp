// The audit log from its first leaf to its last: numbering, form, time, the tree over it, and what
// each leaf says was recorded.
#include <map>
#include <string>
#include <vector>

#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "relay/fsck/examination.hpp"
#include "trust/statements.hpp"

namespace sealpost::relay {
namespace {

using merkle::Digest;

constexpr std::uint64_t kLargestGap = 1 << 20;  // leaves whose hashes are taken from the tiles

class LeafWalk {
 public:
  LeafWalk(Examination& all, Query ended)
      : all_(all), recorded_(all.entry_hashes.size(), false), ended_(std::move(ended)) {}

  base::Result<void> run() {
    TRY(Query query, all_.db.query("SELECT id, leaf FROM leaves ORDER BY id"));
    for (;;) {
      TRY(const bool row, query.step());
      if (!row) break;
      const base::Bytes leaf = query.bytes(1);
      TRY(skip_to(query.number(0)));
      TRY(take(leaf));
      TRY(all_.passed(leaf.size()));
    }
    TRY(skip_to(all_.tree_size));
    TRY(check_root());
    TRY(check_entries_recorded());
    return check_prekeys_kept();
  }

 private:
  // Leaves from the next one up to `index` are not there; the tiles still know their hashes.
  base::Result<void> skip_to(std::uint64_t index) {
    if (index == next_) return {};
    const bool one = index - next_ == 1;
    TRY(all_.damage(
        Part::kLeaf, std::to_string(next_),
        one ? "is missing" : "and all up to " + std::to_string(index) + " are missing"));
    derivable_ = derivable_ && index - next_ <= kLargestGap;
    for (; derivable_ && next_ < index; ++next_) TRY(append_stored());
    next_ = index;
    return {};
  }

  base::Result<void> append_stored() {
    TRY(const auto stored, stored_hash());
    derivable_ = stored.has_value();
    if (stored) append(*stored);
    return {};
  }

  // The hash of the next leaf as its tile has it; nothing when there is no such tile.
  base::Result<std::optional<Digest>> stored_hash() {
    if (const std::uint64_t index = next_ / merkle::kTileWidth; tile_ != index) {
      TRY(tile_hashes_, all_.reader.tile(0, index));
      tile_ = index;
    }
    const std::size_t at = next_ % merkle::kTileWidth * sizeof(Digest);
    if (at + sizeof(Digest) > tile_hashes_.size()) return std::optional<Digest>();
    TRY(const Digest hash,
        crypto::digest_from(base::ByteView(tile_hashes_).subspan(at, sizeof(Digest))));
    return std::optional(hash);
  }

  void append(const Digest& hash) {
    tree_.append(hash);
    if (all_.checkpoint && tree_.size() == all_.checkpoint->size) root_ = tree_.root();
  }

  base::Result<void> take(base::ByteView leaf) {
    ++all_.found.leaves;
    const Digest hash = merkle::leaf_hash(leaf);
    TRY(const auto stored, stored_hash());
    const bool same = !stored || *stored == hash;
    if (!same) TRY(wrong("is not the one that its tile was made from"));
    if (derivable_) append(hash);
    const auto event = audit::parse_leaf(leaf);
    if (!event && same) TRY(wrong("is out of form: " + event.error().text));
    if (event) TRY(take_event(*event));
    ++next_;
    return {};
  }

  base::Result<void> take_event(const audit::Event& event) {
    if (event.at < last_) TRY(wrong("is older than the one before it"));
    last_ = std::max(last_, event.at);
    note_prekey(event);
    if (event.event == "register.append") return find_entry(event);
    if (event.event == "register.shred") return find_shredded(event);
    if (event.event == "consent.stop" || event.event == "consent.resume") return find_stop(event);
    const auto statement = event.details.find("statement");
    if (statement == event.details.end()) return {};
    if (event.details.contains("trust")) return take_entry(event, statement->second);
    if (is_relays_word(event.event)) return find_ended(event, statement->second);
    if (event.event == "message.recall") return find_recall(event, statement->second);
    if (event.event.starts_with("message.")) return find_receipt(event, statement->second);
    return {};
  }

  base::Result<void> take_entry(const audit::Event& event, const std::string& statement) {
    const auto number = base::parse_decimal(event.details.at("trust"));
    if (!number || *number >= recorded_.size()) {
      return wrong("records an entry of the trust chain that is not there");
    }
    const auto at = static_cast<std::size_t>(*number);
    if (statement != base::to_hex(all_.entry_hashes[at])) {
      return wrong("records another entry of the trust chain under number " +
                   event.details.at("trust"));
    }
    if (recorded_[at]) return wrong("records an entry of the trust chain a second time");
    recorded_[at] = true;
    TRY(Query query, all_.db.query("SELECT leaf FROM trust_leaves WHERE number = ?"));
    query.bind(*number);
    TRY(const bool row, query.step());
    if (row && query.number(0) == next_) return {};
    return all_.damage(Part::kTrust, std::to_string(*number),
                       "is recorded by leaf " + std::to_string(next_) + ", and another is noted");
  }

  // What the entry is, the register's turn says; here, that it is there.
  base::Result<void> find_entry(const audit::Event& event) {
    const auto number = event.details.find("number");
    const auto parsed = number == event.details.end() ? base::Result<std::uint64_t>(0)
                                                      : base::parse_decimal(number->second);
    if (event.objects.empty() || !parsed) return wrong("does not say which entry it is about");
    TRY(Query query,
        all_.db.query("SELECT leaf FROM register_entries WHERE stream = ? AND number = ?"));
    query.bind(std::string_view(event.objects.front())).bind(*parsed);
    TRY(const bool row, query.step());
    if (row && query.number(0) == next_) return {};
    return wrong("records an entry of the register that is not there: " + event.objects.front() +
                 " " + std::to_string(*parsed));
  }

  base::Result<void> find_shredded(const audit::Event& event) {
    all_.shredded += event.objects.size();
    for (const std::string& contact : event.objects) {
      TRY(Query query, all_.db.query("SELECT 1 FROM contact_keys WHERE contact = ? AND "
                                     "wrapped = zeroblob(72)"));
      query.bind(std::string_view(contact));
      TRY(const bool row, query.step());
      if (!row) TRY(wrong("records that a key was destroyed that was not: " + contact));
    }
    return {};
  }

  // A stop that is not there any more would let somebody be written to who wants no more.
  base::Result<void> find_stop(const audit::Event& event) {
    const bool lift = event.event == "consent.resume";
    TRY(Query query, all_.db.query("SELECT 1 FROM stops WHERE contact = ? AND purpose = ? "
                                   "AND lift = ? AND (lift = 1 OR leaf = ?)"));
    const std::string contact = event.objects.empty() ? "" : event.objects.front();
    query.bind(std::string_view(contact)).bind(std::string_view(event.purpose));
    query.bind(std::uint64_t{lift ? 1U : 0U}).bind(next_);
    TRY(const bool row, query.step());
    if (row) return {};
    return wrong("records a stop, or its end, that is not there: " + contact);
  }

  // The receipt's own place in the log is compared with this one; what they say, when the receipts'
  // turn comes.
  base::Result<void> find_receipt(const audit::Event& event, const std::string& statement) {
    const bool sending = event.event == "message.send";
    if (!sending && event.objects.empty()) return wrong("does not say whose message it is about");
    const std::string& sender = sending ? event.actor : event.objects.front();
    const std::string& signer = sending ? all_.log.name() : event.actor;
    TRY(Query query,
        all_.db.query("SELECT e.statement FROM messages m JOIN evidence e ON e.message = m.id "
                      "WHERE m.sender = (SELECT id FROM names WHERE name = ?) AND m.uuid = ? "
                      "AND e.signer = (SELECT id FROM names WHERE name = ?) AND e.leaf = ?"));
    query.bind(std::string_view(sender)).bind(std::string_view(event.message));
    query.bind(std::string_view(signer)).bind(next_);
    TRY(const bool row, query.step());
    if (!row)
      return wrong("records a receipt that is not there: " + event.event + " " + event.message);
    return compare(query.text(0), statement);
  }

  base::Result<void> find_recall(const audit::Event& event, const std::string& statement) {
    if (event.objects.empty()) return wrong("does not say whose message it is about");
    TRY(Query query,
        all_.db.query("SELECT r.statement FROM messages m JOIN recalls r ON r.message = m.id "
                      "WHERE m.sender = (SELECT id FROM names WHERE name = ?) AND m.uuid = ? "
                      "AND r.leaf = ?"));
    query.bind(std::string_view(event.objects.front())).bind(std::string_view(event.message));
    query.bind(next_);
    TRY(const bool row, query.step());
    if (row) return compare(query.text(0), statement);
    return wrong("records a recall that is not there: " + event.message);
  }

  base::Result<void> compare(std::string_view receipt, const std::string& statement) {
    if (base::to_hex(crypto::sha256(base::as_bytes(receipt))) == statement) return {};
    return wrong("records another statement than the one that is there");
  }

  static bool is_relays_word(std::string_view event) {
    return event == "message.expire" || event == "message.drop" ||
           event == "message.opened-by-link" || event == "message.link-locked" ||
           event == "message.withdraw";
  }

  // Its leaf does not name the sender, by whom messages are found; but receipts of this kind lie in
  // the order of their leaves.
  base::Result<void> find_ended(const audit::Event& event, const std::string& statement) {
    for (;; at_ended_ = false) {
      if (!at_ended_) {
        TRY(at_ended_, ended_.step());
      }
      if (!at_ended_ || (ended_.number(0) > next_ && ended_.text(1) != event.message)) {
        return wrong("records a receipt that is not there: " + event.event + " " + event.message);
      }
      if (ended_.number(0) == next_ || ended_.text(1) == event.message) break;
    }
    at_ended_ = false;
    return compare(ended_.text(2), statement);
  }

  base::Result<void> check_root() {
    const auto& checkpoint = all_.checkpoint;
    if (!checkpoint) return {};
    if (checkpoint->size > next_) {
      return all_.damage(Part::kCheckpoint, "",
                         "covers " + std::to_string(checkpoint->size) + " leaves, and there are " +
                             std::to_string(next_));
    }
    if (checkpoint->size > 0 && root_ == checkpoint->root) return {};
    return all_.damage(Part::kCheckpoint, "",
                       root_ ? "its root is not that of the leaves"
                             : "its root cannot be derived, because leaves are missing");
  }

  base::Result<void> check_entries_recorded() {
    for (std::size_t i = 0; i < recorded_.size(); ++i) {
      if (recorded_[i]) continue;
      TRY(all_.damage(Part::kTrust, std::to_string(i), "has no event in the log"));
    }
    return {};
  }

  // A change of key takes a device's prekeys with it, and a change of role may.
  void note_prekey(const audit::Event& event) {
    if (event.event == "device.renew" || event.event == "member.role") {
      for (const std::string& name : event.objects) {
        std::erase_if(prekeys_, [&](const auto& entry) {
          return entry.first == name || entry.first.starts_with(name + "/");
        });
      }
    }
    if (event.event != "prekey.publish") return;
    const auto id = event.details.find("prekey");
    if (id != event.details.end()) prekeys_[event.actor] = id->second;
  }

  // What a device has published last is what the relay hands out. Whether it is signed by its
  // device, the trust chain's turn has said.
  base::Result<void> check_prekeys_kept() {
    for (const auto& [device, id] : prekeys_) {
      const trust::Device* known = all_.chain.device(device);
      if (known != nullptr && known->revoked) continue;  // they went with it
      TRY(const auto text, all_.reader.prekey(device));
      if (!text) {
        TRY(all_.damage(Part::kPrekey, device, "is missing, and the log says it was published"));
        continue;
      }
      const auto note = note::parse(*text);
      const auto prekey = note ? trust::parse_prekey(note->text) : note.error();
      if (prekey && prekey->id != id) {
        TRY(all_.damage(Part::kPrekey, device, "is not the one that the log says came last"));
      }
    }
    return {};
  }

  base::Result<void> wrong(std::string what) {
    return all_.damage(Part::kLeaf, std::to_string(next_), std::move(what));
  }

  Examination& all_;
  std::vector<bool> recorded_;                  // entries of the trust chain that a leaf tells of
  std::map<std::string, std::string> prekeys_;  // id of the last one of each device
  Query ended_;            // the relay's word on what ended: leaf, message, statement
  bool at_ended_ = false;  // it stands on one that no leaf has asked for yet
  std::uint64_t next_ = 0;
  base::Time last_{};
  std::optional<std::uint64_t> tile_;  // whose hashes are in tile_hashes_
  base::Bytes tile_hashes_;
  merkle::Frontier tree_;
  bool derivable_ = true;  // every hash up to here is known
  std::optional<Digest> root_;
};

}  // namespace

base::Result<void> check_leaves(Examination& all) {
  TRY(const std::uint64_t leaves, all.reader.tree_size());
  TRY(const std::uint64_t tiles,
      all.number("SELECT coalesce(max(id * 256 + length(hashes) / 32), 0) FROM tiles "
                 "WHERE id = (SELECT max(id) FROM tiles WHERE id < 1 << 56)"));
  all.tree_size = std::max(leaves, tiles);
  TRY(Query ended,
      all.db.query("SELECT e.leaf, coalesce(m.uuid, ''), e.statement FROM evidence e LEFT JOIN "
                   "messages m ON m.id = e.message WHERE e.state > 3 AND e.state <> 8 "
                   "ORDER BY e.id"));
  return LeafWalk(all, std::move(ended)).run();
}

}  // namespace sealpost::relay
