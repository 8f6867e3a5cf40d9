// Bodies about the register: its entries, the contact keys beside them, grants, and decisions of
// the gate.
#include "base/encoding.hpp"
#include "wire/fields.hpp"
#include "wire/messages.hpp"

namespace sealpost::wire {
namespace {

using text::Json;

base::Result<GrantHolder> read_holder(Fields& in) {
  GrantHolder out;
  TRY(out.device, in.line("device"));
  TRY(out.epoch, in.number("epoch"));
  return out;
}

base::Result<RegisterState> read_state(Fields& in) {
  RegisterState out;
  TRY(out.size, in.number("size"));
  TRY(out.epoch, in.number("epoch"));
  TRY(out.granted, in.list<GrantHolder>("granted", kMaxList, read_holder));
  return out;
}

base::Result<WrappedKey> read_key(Fields& in) {
  WrappedKey out;
  TRY(out.contact, in.line("contact"));
  TRY(out.epoch, in.number("epoch"));
  TRY(out.wrapped, in.bytes("wrapped", kWrappedKeySize));
  if (out.wrapped.size() != kWrappedKeySize) return malformed("wrapped", "must have 72 bytes");
  return out;
}

base::Result<RegisterEntry> read_entry(Fields& in) {
  RegisterEntry out;
  TRY(out.number, in.number("number"));
  TRY(out.file, in.bytes("file", kMaxRegisterFile));
  TRY(out.index, in.number("index"));
  TRY(out.leaf, in.bytes("leaf", kMaxNote));
  return out;
}

base::Result<RegisterEntries> read_entries(Fields& in) {
  RegisterEntries out;
  TRY(out.entries, in.list<RegisterEntry>("entries", kMaxRegisterPage, read_entry));
  TRY(out.keys, in.list<WrappedKey>("keys", kMaxList, read_key));
  TRY(out.more, in.flag("more"));
  return out;
}

base::Result<RegisterAppend> read_append(Fields& in) {
  RegisterAppend out;
  TRY(out.id, in.line("id"));
  TRY(out.epoch, in.number("epoch"));
  TRY(out.after, in.number("after"));
  TRY(out.file, in.bytes("file", kMaxRegisterFile));
  TRY(out.keys, in.list<WrappedKey>("keys", kMaxRecords, read_key));
  TRY(out.shredded, in.lines("shredded", kMaxRecords));
  TRY(out.blobs, in.lines("blobs", kMaxRecords));
  return out;
}

base::Result<RegisterAppended> read_appended(Fields& in) {
  RegisterAppended out;
  TRY(out.number, in.number("number"));
  TRY(out.duplicate, in.flag("duplicate"));
  return out;
}

base::Result<RegisterGrant> read_grant(Fields& in) {
  RegisterGrant out;
  TRY(out.device, in.line("device"));
  TRY(out.epoch, in.number("epoch"));
  TRY(out.prekey, in.line("prekey"));
  TRY(out.file, in.bytes("file", kMaxGrantFile));
  return out;
}

base::Result<RegisterGrants> read_grants(Fields& in) {
  RegisterGrants out;
  TRY(out.grants, in.list<RegisterGrant>("grants", kMaxBatch, read_grant));
  return out;
}

base::Result<ConsentDecision> read_decision(Fields& in) {
  ConsentDecision out;
  TRY(out.contact, in.line("contact"));
  TRY(out.purpose, in.line("purpose"));
  TRY(out.channel, in.line("channel"));
  TRY(out.allowed, in.flag("allowed"));
  TRY(out.reason, in.line("reason"));
  TRY(out.grant, in.line("grant"));
  return out;
}

base::Result<ConsentDecisions> read_decisions(Fields& in) {
  ConsentDecisions out;
  TRY(out.decisions, in.list<ConsentDecision>("decisions", kMaxBatch, read_decision));
  TRY(out.id, in.line("id"));
  return out;
}

Json write_holder(const GrantHolder& item) {
  return {{"device", item.device}, {"epoch", item.epoch}};
}

Json write_key(const WrappedKey& item) {
  return {
      {"contact", item.contact}, {"epoch", item.epoch}, {"wrapped", text::binary(item.wrapped)}};
}

Json write_entry(const RegisterEntry& item) {
  return {{"number", item.number},
          {"file", text::binary(item.file)},
          {"index", item.index},
          {"leaf", text::binary(item.leaf)}};
}

Json write_grant(const RegisterGrant& item) {
  return {{"device", item.device},
          {"epoch", item.epoch},
          {"prekey", item.prekey},
          {"file", text::binary(item.file)}};
}

Json write_decision(const ConsentDecision& item) {
  return {{"contact", item.contact}, {"purpose", item.purpose}, {"channel", item.channel},
          {"allowed", item.allowed}, {"reason", item.reason},   {"grant", item.grant}};
}

}  // namespace

Bytes to_cbor(const RegisterState& value) {
  return text::to_cbor({{"size", value.size},
                        {"epoch", value.epoch},
                        {"granted", array_of(value.granted, write_holder)}});
}

Bytes to_cbor(const RegisterEntries& value) {
  return text::to_cbor({{"entries", array_of(value.entries, write_entry)},
                        {"keys", array_of(value.keys, write_key)},
                        {"more", value.more}});
}

Bytes to_cbor(const RegisterAppend& value) {
  return text::to_cbor({{"id", value.id},
                        {"epoch", value.epoch},
                        {"after", value.after},
                        {"file", text::binary(value.file)},
                        {"keys", array_of(value.keys, write_key)},
                        {"shredded", Json(value.shredded)},
                        {"blobs", Json(value.blobs)}});
}

Bytes to_cbor(const RegisterAppended& value) {
  return text::to_cbor({{"number", value.number}, {"duplicate", value.duplicate}});
}

Bytes to_cbor(const RegisterGrant& value) { return text::to_cbor(write_grant(value)); }

Bytes to_cbor(const RegisterGrants& value) {
  Json out = Json::object();
  out["grants"] = array_of(value.grants, write_grant);
  return text::to_cbor(out);
}

Bytes to_cbor(const ConsentDecisions& value) {
  Json out = Json::object();
  out["decisions"] = array_of(value.decisions, write_decision);
  out["id"] = value.id;
  return text::to_cbor(out);
}

base::Result<RegisterState> parse_register_state(ByteView body) {
  return parse_body<RegisterState>(body, read_state);
}
base::Result<RegisterEntries> parse_register_entries(ByteView body) {
  return parse_body<RegisterEntries>(body, read_entries);
}
base::Result<RegisterAppend> parse_register_append(ByteView body) {
  return parse_body<RegisterAppend>(body, read_append);
}
base::Result<RegisterAppended> parse_register_appended(ByteView body) {
  return parse_body<RegisterAppended>(body, read_appended);
}
base::Result<RegisterGrant> parse_register_grant(ByteView body) {
  return parse_body<RegisterGrant>(body, read_grant);
}
base::Result<RegisterGrants> parse_register_grants(ByteView body) {
  return parse_body<RegisterGrants>(body, read_grants);
}
base::Result<ConsentDecisions> parse_consent_decisions(ByteView body) {
  return parse_body<ConsentDecisions>(body, read_decisions);
}

crypto::Digest digest_of(const KeyMarks& keys) {
  crypto::Sha256 hash;
  for (const auto& [contact, sha256] : keys) {
    hash.update(base::as_bytes(contact + " " + base::to_hex(sha256) + "\n"));
  }
  return hash.finish();
}

KeyMarks marks_of(const std::vector<WrappedKey>& keys) {
  KeyMarks marks;
  for (const WrappedKey& key : keys) marks.emplace_back(key.contact, crypto::sha256(key.wrapped));
  return marks;
}

}  // namespace sealpost::wire
