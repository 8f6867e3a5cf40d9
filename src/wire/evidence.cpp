// Bodies that prove: receipts, evidence, entries of the audit log, what is exported.
#include "wire/fields.hpp"
#include "wire/messages.hpp"

namespace sealpost::wire {
namespace {

using text::Json;

constexpr std::size_t kMaxLeafBytes = 65535;  // C2SP tlog-tiles: an entry's length has 16 bits
constexpr std::size_t kMaxEntries = 4096;

base::Result<ReceiptBatch> read_receipts(Fields& in) {
  ReceiptBatch out;
  TRY(out.receipts, in.notes("receipts", kMaxBatch));
  return out;
}

base::Result<ReceiptBatchResult> read_receipts_result(Fields& in) {
  ReceiptBatchResult out;
  TRY(out.recorded, in.number("recorded"));
  TRY(out.refused, in.number("refused"));
  TRY(out.recalled, in.flag("recalled"));
  return out;
}

base::Result<EvidenceItem> read_item(Fields& in) {
  EvidenceItem out;
  TRY(out.cursor, in.number("cursor"));
  TRY(out.statement, in.note("statement"));
  TRY(out.index, in.number("index"));
  TRY(out.leaf, in.bytes("leaf", kMaxLeafBytes));
  return out;
}

base::Result<EvidenceList> read_evidence(Fields& in) {
  EvidenceList out;
  TRY(out.items, in.list<EvidenceItem>("items", kMaxEntries, read_item));
  TRY(out.more, in.flag("more"));
  return out;
}

base::Result<Export> read_export(Fields& in) {
  Export out;
  TRY(out.messages, in.lines("messages", kMaxBatch));
  TRY(out.recipients, in.digest("recipients"));
  TRY(out.id, in.line("id"));
  return out;
}

base::Result<JournalBatch> read_journal(Fields& in) {
  JournalBatch out;
  TRY(out.entries, in.notes("entries", kMaxBatch));
  return out;
}

base::Result<AuditEntry> read_entry(Fields& in) {
  AuditEntry out;
  TRY(out.index, in.number("index"));
  TRY(out.leaf, in.bytes("leaf", kMaxLeafBytes));
  return out;
}

base::Result<AuditEntries> read_entries(Fields& in) {
  AuditEntries out;
  TRY(out.entries, in.list<AuditEntry>("entries", kMaxEntries, read_entry));
  TRY(out.next, in.number("next"));
  TRY(out.more, in.flag("more"));
  return out;
}

}  // namespace

Bytes to_cbor(const ReceiptBatch& value) {
  Json out = Json::object();
  out["receipts"] = value.receipts;
  return text::to_cbor(out);
}

Bytes to_cbor(const ReceiptBatchResult& value) {
  Json out = Json::object();
  out["recorded"] = value.recorded;
  out["refused"] = value.refused;
  out["recalled"] = value.recalled;
  return text::to_cbor(out);
}

Bytes to_cbor(const EvidenceList& value) {
  const auto item = [](const EvidenceItem& entry) {
    return Json{{"cursor", entry.cursor},
                {"statement", entry.statement},
                {"index", entry.index},
                {"leaf", text::binary(entry.leaf)}};
  };
  return text::to_cbor({{"items", array_of(value.items, item)}, {"more", value.more}});
}

Bytes to_cbor(const Export& value) {
  Json out = Json::object();
  out["messages"] = value.messages;
  out["recipients"] = text::binary(value.recipients);
  out["id"] = value.id;
  return text::to_cbor(out);
}

Bytes to_cbor(const JournalBatch& value) {
  Json out = Json::object();
  out["entries"] = value.entries;
  return text::to_cbor(out);
}

Bytes to_cbor(const AuditEntries& value) {
  const auto item = [](const AuditEntry& entry) {
    return Json{{"index", entry.index}, {"leaf", text::binary(entry.leaf)}};
  };
  return text::to_cbor(
      {{"entries", array_of(value.entries, item)}, {"next", value.next}, {"more", value.more}});
}

base::Result<ReceiptBatch> parse_receipt_batch(ByteView body) {
  return parse_body<ReceiptBatch>(body, read_receipts);
}
base::Result<ReceiptBatchResult> parse_receipt_batch_result(ByteView body) {
  return parse_body<ReceiptBatchResult>(body, read_receipts_result);
}
base::Result<EvidenceList> parse_evidence_list(ByteView body) {
  return parse_body<EvidenceList>(body, read_evidence);
}
base::Result<Export> parse_export(ByteView body) { return parse_body<Export>(body, read_export); }
base::Result<JournalBatch> parse_journal(ByteView body) {
  return parse_body<JournalBatch>(body, read_journal);
}
base::Result<AuditEntries> parse_audit_entries(ByteView body) {
  return parse_body<AuditEntries>(body, read_entries);
}

}  // namespace sealpost::wire
