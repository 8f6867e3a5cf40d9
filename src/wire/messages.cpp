// Bodies about the relay itself, the trust chain and prekeys.
#include "wire/messages.hpp"

#include "wire/fields.hpp"

namespace sealpost::wire {
namespace {

using text::Json;

base::Result<RelayInfo> read_relay_info(Fields& in) {
  RelayInfo out;
  TRY(out.organisation, in.line("organisation"));
  TRY(out.log, in.line("log"));
  TRY(out.trust_size, in.number("trust-size"));
  TRY(out.version, in.line("version"));
  return out;
}

base::Result<TrustEntries> read_trust_entries(Fields& in) {
  TrustEntries out;
  TRY(out.size, in.number("size"));
  TRY(out.entries, in.notes("entries", kMaxList));
  return out;
}

base::Result<Enrolment> read_enrolment(Fields& in) {
  Enrolment out;
  TRY(out.certificate, in.note("certificate"));
  TRY(out.prekey, in.note("prekey"));
  return out;
}

base::Result<ClaimedPrekey> read_claimed_prekey(Fields& in) {
  ClaimedPrekey out;
  TRY(out.device, in.line("device"));
  TRY(out.prekey, in.note("prekey"));
  return out;
}

base::Result<PrekeyClaim> read_prekey_claim(Fields& in) {
  PrekeyClaim out;
  TRY(out.id, in.line("id"));
  TRY(out.devices, in.lines("devices", kMaxClaim));
  return out;
}

base::Result<PrekeyBatch> read_prekey_batch(Fields& in) {
  PrekeyBatch out;
  TRY(out.prekeys, in.notes("prekeys", kMaxBatch));
  TRY(out.withdrawn, in.lines("withdrawn", kMaxEnvelopes));
  return out;
}

base::Result<PrekeyStock> read_prekey_stock(Fields& in) {
  PrekeyStock out;
  TRY(out.once, in.lines("once", kMaxEnvelopes));
  TRY(out.last_resort, in.note("last-resort"));
  return out;
}

base::Result<ClaimedPrekeys> read_claimed_prekeys(Fields& in) {
  ClaimedPrekeys out;
  TRY(out.prekeys, in.list<ClaimedPrekey>("prekeys", kMaxEnvelopes, read_claimed_prekey));
  return out;
}

}  // namespace

Bytes to_cbor(const RelayInfo& value) {
  return text::to_cbor({{"organisation", value.organisation},
                        {"log", value.log},
                        {"trust-size", value.trust_size},
                        {"version", value.version}});
}

Bytes to_cbor(const TrustEntries& value) {
  return text::to_cbor({{"size", value.size}, {"entries", Json(value.entries)}});
}

Bytes to_cbor(const Enrolment& value) {
  return text::to_cbor({{"certificate", value.certificate}, {"prekey", value.prekey}});
}

Bytes to_cbor(const PrekeyClaim& value) {
  Json out = Json::object();
  out["id"] = value.id;
  out["devices"] = value.devices;
  return text::to_cbor(out);
}

Bytes to_cbor(const PrekeyBatch& value) {
  Json out = Json::object();
  out["prekeys"] = value.prekeys;
  out["withdrawn"] = value.withdrawn;
  return text::to_cbor(out);
}

Bytes to_cbor(const PrekeyStock& value) {
  Json out = Json::object();
  out["once"] = value.once;
  out["last-resort"] = value.last_resort;
  return text::to_cbor(out);
}

Bytes to_cbor(const ClaimedPrekeys& value) {
  Json out = Json::object();
  out["prekeys"] = array_of(value.prekeys, [](const ClaimedPrekey& item) {
    return Json{{"device", item.device}, {"prekey", item.prekey}};
  });
  return text::to_cbor(out);
}

base::Result<RelayInfo> parse_relay_info(ByteView body) {
  return parse_body<RelayInfo>(body, read_relay_info);
}
base::Result<TrustEntries> parse_trust_entries(ByteView body) {
  return parse_body<TrustEntries>(body, read_trust_entries);
}
base::Result<Enrolment> parse_enrolment(ByteView body) {
  return parse_body<Enrolment>(body, read_enrolment);
}
base::Result<PrekeyClaim> parse_prekey_claim(ByteView body) {
  return parse_body<PrekeyClaim>(body, read_prekey_claim);
}
base::Result<PrekeyBatch> parse_prekey_batch(ByteView body) {
  return parse_body<PrekeyBatch>(body, read_prekey_batch);
}
base::Result<PrekeyStock> parse_prekey_stock(ByteView body) {
  return parse_body<PrekeyStock>(body, read_prekey_stock);
}
base::Result<ClaimedPrekeys> parse_claimed_prekeys(ByteView body) {
  return parse_body<ClaimedPrekeys>(body, read_claimed_prekeys);
}

}  // namespace sealpost::wire
