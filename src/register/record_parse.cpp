#include <array>

#include "register/record_json.hpp"
#include "register/stream.hpp"

namespace sealpost::reg {
namespace {

using base::Result;
using text::Json;

Result<Record> parse_epoch(const Json& json) {
  EpochRecord record;
  TRY(record.epoch, text::number_at(json, "epoch"));
  TRY(record.recipient, text::string_at(json, "recipient"));
  return Record(std::move(record));
}

Result<Record> parse_contact(const Json& json) {
  ContactRecord record;
  TRY(record.contact, text::string_at(json, "contact"));
  TRY(record.sealed, maybe_sealed_at(json, "sealed"));
  TRY(record.removed, maybe_bool_at(json, "removed"));
  TRY(record.hold, text::optional_string_at(json, "hold"));
  return Record(std::move(record));
}

// What was shown to whom, and by what it can be proved.
Result<void> parse_proof(const Json& json, GrantRecord& record) {
  TRY(record.evidence, maybe_sealed_at(json, "evidence"));
  if (json.contains("disclosure")) {
    TRY(record.disclosure, digest_at(json, "disclosure"));
  }
  TRY(record.language, maybe_string_at(json, "language"));
  TRY(record.version, maybe_string_at(json, "version"));
  TRY(const auto warned, maybe_bool_at(json, "warned"));
  record.warned = warned.value_or(false);
  TRY(record.witness, maybe_sealed_at(json, "witness"));
  TRY(record.note, maybe_sealed_at(json, "note"));
  TRY(record.elsewhere, maybe_sealed_at(json, "elsewhere"));
  TRY(record.recorded, maybe_time_at(json, "recorded"));
  TRY(record.collector, maybe_string_at(json, "collector"));
  return {};
}

Result<Record> parse_grant_record(const Json& json) {
  GrantRecord record;
  TRY(record.id, text::string_at(json, "id"));
  TRY(record.contact, text::string_at(json, "contact"));
  TRY(record.purposes, strings_at(json, "purposes"));
  TRY(record.channels, strings_at(json, "channels"));
  TRY(record.method, text::string_at(json, "method"));
  TRY(record.effective, maybe_time_at(json, "effective"));
  TRY(record.expires, maybe_time_at(json, "expires"));
  TRY(parse_proof(json, record));
  if (json.contains("after")) {
    TRY(record.after, strings_at(json, "after"));
  }
  return Record(std::move(record));
}

// What a revocation and a pause have in common.
template <typename Inbound>
Result<void> parse_inbound(const Json& json, Inbound& record) {
  TRY(record.id, text::string_at(json, "id"));
  TRY(record.contact, text::string_at(json, "contact"));
  TRY(record.word, maybe_sealed_at(json, "word"));
  TRY(record.channel, maybe_string_at(json, "channel"));
  TRY(record.received, maybe_time_at(json, "received"));
  return {};
}

Result<Record> parse_revoke(const Json& json) {
  RevokeRecord record;
  TRY(parse_inbound(json, record));
  TRY(record.purposes, strings_at(json, "purposes"));
  TRY(record.channels, strings_at(json, "channels"));
  return Record(std::move(record));
}

Result<Record> parse_pause(const Json& json) {
  PauseRecord record;
  TRY(parse_inbound(json, record));
  return Record(std::move(record));
}

Result<Record> parse_decision(const Json& json) {
  DecisionRecord record;
  TRY(record.pause, text::string_at(json, "pause"));
  TRY(record.contact, text::string_at(json, "contact"));
  TRY(const std::string decision, text::string_at(json, "decision"));
  record.revoked = decision == "revoke";
  return Record(std::move(record));
}

Result<Record> parse_disclosure(const Json& json) {
  DisclosureRecord record;
  TRY(record.sha256, digest_at(json, "sha256"));
  TRY(record.part, text::number_at(json, "part"));
  TRY(record.parts, text::number_at(json, "parts"));
  TRY(record.text, text::string_at(json, "text"));
  return Record(std::move(record));
}

Result<Record> parse_shred(const Json& json) {
  ShredRecord record;
  TRY(record.contact, text::string_at(json, "contact"));
  return Record(std::move(record));
}

// Nothing: it is not spoken of. Inner nothing: it is taken away.
Result<std::optional<std::optional<base::Time>>> parse_end(const Json& json) {
  using End = std::optional<std::optional<base::Time>>;
  TRY(const auto text, text::optional_string_at(json, "expires"));
  if (!text) return End();
  if (text->empty()) return End(std::optional<base::Time>());
  TRY(const base::Time time, time_at(json, "expires"));
  return End(std::optional<base::Time>(time));
}

Result<Record> parse_agreement(const Json& json) {
  AgreementRecord record;
  TRY(record.id, text::string_at(json, "id"));
  TRY(record.party, text::optional_string_at(json, "party"));
  TRY(record.kind, text::optional_string_at(json, "kind"));
  TRY(record.signed_at, maybe_time_at(json, "signed"));
  TRY(record.expires, parse_end(json));
  if (json.contains("file")) {
    TRY(record.file, file_from_json(json.at("file")));
  }
  TRY(record.removed, maybe_bool_at(json, "removed"));
  return Record(std::move(record));
}

Result<Record> parse_group(const Json& json) {
  GroupRecord record;
  TRY(record.group, text::string_at(json, "group"));
  if (json.contains("members")) {
    const Json& members = json.at("members");
    if (!members.is_object()) return bad_record("whose \"members\" is not an object");
    for (const auto& [user, added] : members.items()) {
      TRY(record.members[user], text::bool_at(members, user));
    }
  }
  TRY(record.removed, maybe_bool_at(json, "removed"));
  return Record(std::move(record));
}

struct Kind {
  std::string_view type;
  Result<Record> (*parse)(const Json&);
};
constexpr std::array<Kind, 10> kKinds{{{"epoch", parse_epoch},
                                       {"contact", parse_contact},
                                       {"grant", parse_grant_record},
                                       {"revoke", parse_revoke},
                                       {"pause", parse_pause},
                                       {"decision", parse_decision},
                                       {"disclosure", parse_disclosure},
                                       {"shred", parse_shred},
                                       {"agreement", parse_agreement},
                                       {"group", parse_group}}};

Result<Record> parse_values(const Json& json) {
  TRY(const std::string type, text::string_at(json, "type"));
  for (const Kind& kind : kKinds) {
    if (kind.type == type) return kind.parse(json);
  }
  return bad_record("of a type that is none");
}

}  // namespace

Result<Record> parse_record(std::string_view text) {
  if (text.size() > kMaxRecordSize) return bad_record("that is longer than 4096 bytes");
  TRY(const Json json, text::parse_json(text));
  TRY(Record record, parse_values(json));
  // One spelling only: what differs from our own writing of the same values, by a member that is
  // unknown too, is refused.
  TRY(const std::string canonical, format(record));
  if (canonical != text) return bad_record("with members that are unknown or spelled otherwise");
  return record;
}

}  // namespace sealpost::reg
