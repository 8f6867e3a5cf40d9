#include <algorithm>
#include <set>

#include "base/encoding.hpp"
#include "register/stream.hpp"
#include "text/uuid.hpp"

namespace sealpost::reg {
namespace {

using base::Result;

constexpr std::string_view kKind = "register";

base::Error malformed(std::string_view text) {
  return {base::Code::kMalformed, "a register entry " + std::string(text), ""};
}

bool belongs(const Record& record, Stream stream) {
  return stream == Stream::kPeople ? belongs_to_people(record) : belongs_to_organisation(record);
}

// An epoch begins with an entry that does nothing else, and is of that epoch already.
Result<void> check_epoch(const Entry& entry) {
  for (const Record& record : entry.records) {
    const auto* epoch = std::get_if<EpochRecord>(&record);
    if (epoch == nullptr) continue;
    if (entry.records.size() > 1) return malformed("that begins an epoch and says more");
    if (epoch->epoch != entry.epoch) return malformed("that begins an epoch in another one");
  }
  return {};
}

Result<void> check_keys(const Entry& entry) {
  if (entry.keys.size() > kMaxRecords) return malformed("with more than 1000 keys");
  if (!entry.keys.empty() && entry.stream != Stream::kPeople) {
    return malformed("of a stream without contacts, with a contact's key");
  }
  std::set<std::string_view> contacts;
  for (const auto& [contact, sha256] : entry.keys) {
    if (!is_contact_id(contact)) return malformed("with a key of what is no contact");
    if (!contacts.insert(contact).second) return malformed("with two keys of one contact");
  }
  return {};
}

Result<void> check(const Entry& entry) {
  if (!text::is_uuid(entry.id)) return malformed("whose id is no UUID");
  if (entry.epoch == 0) return malformed("of an epoch that is not numbered from 1");
  if (entry.seen.size == 0 && entry.seen.hash != crypto::Digest{}) {
    return malformed("that has seen no entry, but a head");
  }
  if (entry.records.empty()) return malformed("without a record");
  if (entry.records.size() > kMaxRecords) return malformed("with more than 1000 records");
  const bool fits = std::all_of(entry.records.begin(), entry.records.end(),
                                [&](const Record& r) { return belongs(r, entry.stream); });
  if (!fits) return malformed("with a record of another stream");
  TRY(check_keys(entry));
  return check_epoch(entry);
}

Result<Stream> read_stream(note::StatementReader& reader) {
  TRY(const std::string name, reader.one("stream"));
  const auto stream = stream_from_name(name);
  if (!stream) return malformed("of a stream that is none");
  return *stream;
}

Result<void> read_keys(note::StatementReader& reader, Entry& entry) {
  TRY(const auto lines, reader.all("key"));
  for (const std::string_view line : lines) {
    const std::size_t space = std::min(line.find(' '), line.size());
    TRY(const base::Bytes bytes, base::parse_base64(line.substr(std::min(space + 1, line.size()))));
    TRY(const crypto::Digest sha256, crypto::digest_from(bytes));
    entry.keys.emplace_back(line.substr(0, space), sha256);
  }
  return {};
}

Result<void> read_records(note::StatementReader& reader, Entry& entry) {
  TRY(const auto values, reader.all("record"));
  if (values.size() > kMaxRecords) return malformed("with more than 1000 records");
  entry.records.reserve(values.size());
  for (const std::string& value : values) {
    TRY(Record record, parse_record(value));
    entry.records.push_back(std::move(record));
  }
  return {};
}

note::StatementBuilder head_of(const Entry& entry) {
  note::StatementBuilder builder(kKind);
  builder.add("stream", stream_name(entry.stream))
      .add("epoch", entry.epoch)
      .add("id", entry.id)
      .add_time("at", entry.at)
      .add("seen", note::format_view(entry.seen))
      .add("log", note::format_view(entry.log))
      .add("trust", note::format_view(entry.trust));
  for (const auto& [contact, sha256] : entry.keys) {
    builder.add("key", contact + " " + base::to_base64(sha256));
  }
  return builder;
}

}  // namespace

Result<std::string> format(const Entry& entry) {
  TRY(check(entry));
  note::StatementBuilder builder = head_of(entry);
  for (const Record& record : entry.records) {
    TRY(const std::string text, format(record));
    builder.add("record", text);
  }
  return builder.text();
}

Result<Entry> parse_entry(std::string_view text) {
  TRY(auto reader, note::StatementReader::open(text, kKind));
  Entry entry;
  TRY(entry.stream, read_stream(reader));
  TRY(entry.epoch, reader.number("epoch"));
  TRY(entry.id, reader.one("id"));
  TRY(entry.at, reader.time("at"));
  TRY(entry.seen, reader.view("seen"));
  TRY(entry.log, reader.view("log"));
  TRY(entry.trust, reader.view("trust"));
  TRY(read_keys(reader, entry));
  TRY(read_records(reader, entry));
  TRY(reader.finish());
  TRY(check(entry));
  // Each record was compared with its one spelling; what is left is the order of the lines.
  if (!text.starts_with(*head_of(entry).text())) return malformed("whose fields are out of order");
  return entry;
}

}  // namespace sealpost::reg
