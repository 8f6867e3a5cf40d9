#include "receipt/file.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "merkle/checkpoint.hpp"
#include "note/note.hpp"

namespace sealpost::receipt {
namespace {

using base::Error;
using base::Result;

constexpr std::size_t kMaxLeaf = 65535;  // C2SP tlog-tiles: an entry's length has 16 bits

Error malformed(std::string text) {
  return {base::Code::kMalformed, "the receipt file " + std::move(text), ""};
}

std::string number(std::uint64_t value) { return std::to_string(value); }

std::size_t count_lines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// Takes a file apart from its beginning, line by line.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }

  // The next `count` lines with their line feeds.
  Result<std::string_view> block(std::uint64_t count) {
    std::size_t end = 0;
    for (; count > 0; --count) {
      const std::size_t feed = rest_.find('\n', end);
      if (feed == std::string_view::npos) return malformed("is cut short");
      end = feed + 1;
    }
    const std::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return taken;
  }

  Result<std::string_view> line() {
    TRY(std::string_view taken, block(1));
    taken.remove_suffix(1);
    return taken;
  }

  // What follows `label` on the next line.
  Result<std::string_view> after(std::string_view label) {
    TRY(const std::string_view taken, line());
    if (taken.starts_with(label)) return taken.substr(label.size());
    return malformed("has another line where \"" + std::string(label) + "\" is wanted");
  }

  Result<std::uint64_t> number_after(std::string_view label, std::uint64_t max) {
    TRY(const std::string_view text, after(label));
    const auto value = base::parse_decimal(text, max);
    if (!value) return malformed("has no number behind \"" + std::string(label) + "\"");
    return *value;
  }

 private:
  std::string_view rest_;
};

// "entry <number>" or "receipt".
Result<std::optional<std::uint64_t>> parse_kind(std::string_view line) {
  constexpr std::string_view kEntry = "entry ";
  if (line == "receipt") return std::optional<std::uint64_t>();
  if (line.starts_with(kEntry)) {
    const auto entry = base::parse_decimal(line.substr(kEntry.size()), UINT32_MAX);
    if (entry) return std::optional<std::uint64_t>(*entry);
  }
  return malformed("has a record that is neither a receipt nor an entry of the trust chain");
}

// The checkpoint of the first proof is the one of all of them.
Result<void> take_proof(std::string_view text, Evidence& evidence, std::string& checkpoint) {
  auto proof = merkle::parse_proof(text);
  if (!proof) return malformed("has a proof out of form: " + proof.error().text);
  if (checkpoint.empty()) checkpoint = proof->checkpoint_note;
  if (proof->checkpoint_note != checkpoint) return malformed("has proofs of two checkpoints");
  evidence.index = proof->index;
  evidence.path = std::move(proof->path);
  return {};
}

Result<Record> parse_record(Lines& lines, std::string& checkpoint) {
  Record record;
  TRY(lines.after(""));
  TRY(const std::string_view kind, lines.line());
  TRY(record.entry, parse_kind(kind));
  TRY(const std::uint64_t statement, lines.number_after("statement ", note::kMaxNoteSize));
  TRY(record.evidence.statement, lines.block(statement));
  TRY(lines.after("leaf"));
  TRY(const std::string_view leaf, lines.line());
  record.evidence.leaf = base::to_bytes(leaf);
  TRY(const std::uint64_t proof, lines.number_after("proof ", note::kMaxNoteSize));
  TRY(const std::string_view text, lines.block(proof));
  TRY(take_proof(text, record.evidence, checkpoint));
  return record;
}

// Each event once, in the order of the log.
Result<void> check_order(const std::vector<Record>& records) {
  for (std::size_t i = 1; i < records.size(); ++i) {
    const std::uint64_t before = records[i - 1].evidence.index;
    const std::uint64_t index = records[i].evidence.index;
    if (index == before) return malformed("holds the event at index " + number(index) + " twice");
    if (index < before) {
      return malformed("holds the event at index " + number(index) + " behind a later one");
    }
  }
  return {};
}

Result<void> check_record(const Evidence& evidence) {
  if (!note::parse(evidence.statement)) return malformed("has a statement that is no signed note");
  if (evidence.leaf.empty() || evidence.leaf.size() > kMaxLeaf ||
      std::find(evidence.leaf.begin(), evidence.leaf.end(), '\n') != evidence.leaf.end()) {
    return malformed("has a leaf that is none");
  }
  return {};
}

Result<void> check_form(const File& file) {
  if (file.records.empty() || file.records.size() > kMaxRecords) {
    return malformed("has no records, or too many");
  }
  if (file.message.empty() || (file.message + file.from).find('\n') != std::string::npos) {
    return malformed("does not name its message");
  }
  if (!note::parse(file.checkpoint)) return malformed("has a checkpoint that is no signed note");
  for (const Record& record : file.records) TRY(check_record(record.evidence));
  return check_order(file.records);
}

std::string format_record(const Record& record, const std::string& checkpoint) {
  const Evidence& evidence = record.evidence;
  const std::string proof = merkle::format_proof({evidence.index, evidence.path, checkpoint, {}});
  std::string text = record.entry ? "\nentry " + number(*record.entry) : "\nreceipt";
  text += "\nstatement " + number(count_lines(evidence.statement)) + "\n" + evidence.statement;
  text += "leaf\n" + std::string(base::as_text(evidence.leaf)) + "\n";
  return text + "proof " + number(count_lines(proof)) + "\n" + proof;
}

}  // namespace

Result<std::string> format_file(const File& file) {
  TRY(check_form(file));
  std::string text(kFileVersion);
  text += "message: " + file.message + "\nfrom: " + file.from;
  text += "\nmessage-sha256: " + base::to_hex(file.message_sha256);
  text += "\nrecords: " + number(file.records.size()) + "\n";
  for (const Record& record : file.records) text += format_record(record, file.checkpoint);
  if (text.size() > kMaxFile) return malformed("is too long");
  return text;
}

Result<File> parse_file(std::string_view text) {
  if (!text.starts_with(kFileVersion)) return malformed("is none of version 1");
  if (text.size() > kMaxFile) return malformed("is too long");
  Lines lines(text.substr(kFileVersion.size()));
  File file;
  TRY(file.message, lines.after("message: "));
  TRY(file.from, lines.after("from: "));
  TRY(const std::string_view hash, lines.after("message-sha256: "));
  const auto bytes = base::parse_hex(hash);
  if (!bytes || bytes->size() != file.message_sha256.size()) {
    return malformed("does not name the message's hash");
  }
  TRY(file.message_sha256, crypto::digest_from(*bytes));
  TRY(const std::uint64_t count, lines.number_after("records: ", kMaxRecords));
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY(Record record, parse_record(lines, file.checkpoint));
    file.records.push_back(std::move(record));
  }
  if (!lines.done()) return malformed("goes on behind its last record");
  TRY(const std::string again, format_file(file));
  if (again != text) return malformed("is not in its canonical form");
  return file;
}

}  // namespace sealpost::receipt
