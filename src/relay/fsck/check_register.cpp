// The register: each stream a row of entries without a gap, each entry's file the one that its
// event names, and the head behind it the one that follows from the entry before.
#include <algorithm>

#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "relay/fsck/examination.hpp"

namespace sealpost::relay {
namespace {

struct Row {
  std::string stream;
  std::uint64_t number;
  std::string author;
  std::uint64_t epoch;
  base::Bytes sha256;
  base::Bytes head;
  std::uint64_t leaf;
  base::Bytes file;
};

Row read_row(const Query& query) {
  return {query.text(0),  query.number(1), query.text(2),   query.number(3),
          query.bytes(4), query.bytes(5),  query.number(6), query.bytes(7)};
}

class StreamWalk {
 public:
  explicit StreamWalk(Examination& all) : all_(all) {}

  base::Result<void> take(const Row& row) {
    if (row.stream != stream_) begin(row.stream);
    if (row.number != number_ + 1) {
      TRY(wrong(row, "comes behind entry " + std::to_string(number_)));
    }
    if (row.epoch < std::max<std::uint64_t>(epoch_, 1) || row.epoch > epoch_ + 1) {
      TRY(wrong(row, "is of an epoch that does not follow"));
    }
    TRY(check_hashes(row));
    TRY(check_event(row));
    number_ = row.number;
    epoch_ = row.epoch;
    head_ = row.head;
    return {};
  }

 private:
  void begin(const std::string& stream) {
    stream_ = stream;
    number_ = 0;
    epoch_ = 0;
    head_ = base::Bytes(sizeof(crypto::Digest));
  }

  base::Result<void> check_hashes(const Row& row) {
    const crypto::Digest file = crypto::sha256(row.file);
    if (row.sha256 != base::to_bytes(file)) TRY(wrong(row, "its file is not the one that came"));
    crypto::Sha256 hash;
    hash.update(head_);
    hash.update(row.sha256);
    if (row.head == base::to_bytes(hash.finish())) return {};
    return wrong(row, "its head does not follow from the entry before");
  }

  base::Result<void> check_event(const Row& row) {
    TRY(const auto leaves, all_.reader.leaves(row.leaf, 1));
    if (leaves.empty()) return wrong(row, "has no event in the log");
    auto event = audit::parse_leaf(leaves.front());
    if (!event) return {};             // said of the leaf
    event->details.erase("keys");      // what of these is gone
    event->details.erase("shredded");  // nobody can tell
    audit::Event wanted;
    wanted.event = "register.append";
    wanted.actor = row.author;
    wanted.objects = {row.stream};
    wanted.details = {{"number", std::to_string(row.number)},
                      {"entry", base::to_hex(row.sha256)},
                      {"head", base::to_hex(row.head)},
                      {"epoch", std::to_string(row.epoch)}};
    if (event->event == wanted.event && event->actor == wanted.actor &&
        event->objects == wanted.objects && event->details == wanted.details) {
      return {};
    }
    return wrong(row, "is not what leaf " + std::to_string(row.leaf) + " records");
  }

  base::Result<void> wrong(const Row& row, std::string what) {
    return all_.damage(Part::kRegister, row.stream + " " + std::to_string(row.number),
                       std::move(what));
  }

  Examination& all_;
  std::string stream_;
  std::uint64_t number_ = 0;
  std::uint64_t epoch_ = 0;
  base::Bytes head_;
};

// As many keys are wiped out as the log says.
base::Result<void> check_shredded(Examination& all) {
  TRY(const std::uint64_t zeros,
      all.number("SELECT count(*) FROM contact_keys WHERE wrapped = zeroblob(72)"));
  if (!all.log_is_sound || zeros == all.shredded) return {};
  return all.damage(Part::kRegister, "people",
                    std::to_string(zeros) +
                        " keys of contacts are destroyed, and the log tells of " +
                        std::to_string(all.shredded));
}

}  // namespace

base::Result<void> check_register(Examination& all) {
  TRY(Query query,
      all.db.query("SELECT e.stream, e.number, coalesce(n.name, '?'), e.epoch, e.sha256, e.head, "
                   "e.leaf, f.file FROM register_entries e LEFT JOIN register_files f ON f.id = "
                   "e.id LEFT JOIN names n ON n.id = e.author ORDER BY e.stream, e.number"));
  StreamWalk walk(all);
  for (;;) {
    TRY(const bool more, query.step());
    if (!more) return check_shredded(all);
    ++all.found.register_entries;
    const Row row = read_row(query);
    TRY(walk.take(row));
    TRY(all.passed(row.file.size()));
  }
}

}  // namespace sealpost::relay
