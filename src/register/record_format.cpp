#include "base/encoding.hpp"
#include "register/record_json.hpp"
#include "register/stream.hpp"
#include "text/time.hpp"

namespace sealpost::reg {
namespace {

using text::Json;

void put(Json& out, std::string_view key, const std::optional<base::Time>& time) {
  if (time) out[key] = text::format_time(*time);
}
void put(Json& out, std::string_view key, const base::Bytes& sealed) {
  if (!sealed.empty()) out[key] = base::to_base64(sealed);
}
void put(Json& out, std::string_view key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}
void put(Json& out, std::string_view key, const std::optional<std::string>& text) {
  if (text) out[key] = *text;
}
void put(Json& out, std::string_view key, const std::optional<bool>& truth) {
  if (truth) out[key] = *truth;
}

Json to_json(const EpochRecord& record) {
  return {{"type", "epoch"}, {"epoch", record.epoch}, {"recipient", record.recipient}};
}

Json to_json(const ContactRecord& record) {
  Json out{{"type", "contact"}, {"contact", record.contact}};
  put(out, "sealed", record.sealed);
  put(out, "removed", record.removed);
  put(out, "hold", record.hold);
  return out;
}

Json to_json(const GrantRecord& record) {
  Json out{{"type", "grant"}, {"id", record.id}, {"contact", record.contact}};
  out["purposes"] = record.purposes;
  out["channels"] = record.channels;
  out["method"] = record.method;
  put(out, "effective", record.effective);
  put(out, "expires", record.expires);
  put(out, "evidence", record.evidence);
  if (record.disclosure) out["disclosure"] = base::to_hex(*record.disclosure);
  put(out, "language", record.language);
  put(out, "version", record.version);
  if (record.warned) out["warned"] = true;
  put(out, "witness", record.witness);
  put(out, "note", record.note);
  put(out, "elsewhere", record.elsewhere);
  put(out, "recorded", record.recorded);
  put(out, "collector", record.collector);
  if (!record.after.empty()) out["after"] = record.after;
  return out;
}

Json to_json(const RevokeRecord& record) {
  Json out{{"type", "revoke"}, {"id", record.id}, {"contact", record.contact}};
  out["purposes"] = record.purposes;
  out["channels"] = record.channels;
  put(out, "word", record.word);
  put(out, "channel", record.channel);
  put(out, "received", record.received);
  return out;
}

Json to_json(const PauseRecord& record) {
  Json out{{"type", "pause"}, {"id", record.id}, {"contact", record.contact}};
  put(out, "word", record.word);
  put(out, "channel", record.channel);
  put(out, "received", record.received);
  return out;
}

Json to_json(const DecisionRecord& record) {
  return {{"type", "decision"},
          {"pause", record.pause},
          {"contact", record.contact},
          {"decision", record.revoked ? "revoke" : "dismiss"}};
}

Json to_json(const DisclosureRecord& record) {
  return {{"type", "disclosure"},
          {"sha256", base::to_hex(record.sha256)},
          {"part", record.part},
          {"parts", record.parts},
          {"text", record.text}};
}

Json to_json(const ShredRecord& record) { return {{"type", "shred"}, {"contact", record.contact}}; }

Json to_json(const AgreementRecord& record) {
  Json out{{"type", "agreement"}, {"id", record.id}};
  put(out, "party", record.party);
  put(out, "kind", record.kind);
  put(out, "signed", record.signed_at);
  if (record.expires) out["expires"] = *record.expires ? text::format_time(**record.expires) : "";
  if (record.file) out["file"] = file_to_json(*record.file);
  put(out, "removed", record.removed);
  return out;
}

Json to_json(const GroupRecord& record) {
  Json out{{"type", "group"}, {"group", record.group}};
  if (!record.members.empty()) out["members"] = record.members;
  put(out, "removed", record.removed);
  return out;
}

}  // namespace

base::Result<std::string> format(const Record& record) {
  TRY(check(record));
  std::string text =
      text::canonical(std::visit([](const auto& value) { return to_json(value); }, record));
  if (text.size() > kMaxRecordSize) return bad_record("that is longer than 4096 bytes");
  return text;
}

}  // namespace sealpost::reg
