#include "register/organisation.hpp"

#include "register/packing.hpp"

namespace sealpost::reg {
namespace {

using base::Result;

constexpr std::uint8_t kVersion = 1;

base::Error impossible(std::string_view what) {
  return {base::Code::kVerificationFailed, "the register has " + std::string(what), ""};
}

Result<void> check_first(const AgreementRecord& record) {
  if (record.party && record.kind) return {};
  return impossible("an agreement that does not say with whom, or of what kind");
}

}  // namespace

Result<void> apply(Agreement& agreement, const AgreementRecord& record, const Position& where) {
  const bool is_first = agreement.added.entry == 0;
  if (!is_first && agreement.id != record.id) return impossible("a record of another agreement");
  if (is_first) {
    TRY(check_first(record));
    agreement.id = record.id;
    agreement.added = where;
  }
  if (record.party) agreement.party = *record.party;
  if (record.kind) agreement.kind = *record.kind;
  if (record.signed_at) agreement.signed_at = record.signed_at;
  if (record.expires) agreement.expires = *record.expires;
  if (record.file) agreement.file = record.file;
  if (record.removed) agreement.removed = *record.removed;
  agreement.changed = where;
  return {};
}

base::Bytes encode(const Agreement& agreement) {
  Packer out(kVersion);
  out.hex(agreement.id);
  out.text(agreement.party);
  out.text(agreement.kind);
  out.maybe_time(agreement.signed_at);
  out.maybe_time(agreement.expires);
  out.flag(agreement.file.has_value());
  if (agreement.file) out.file(*agreement.file);
  out.flag(agreement.removed);
  out.position(agreement.added);
  out.position(agreement.changed);
  return out.take();
}

Result<Agreement> decode_agreement(base::ByteView bytes) {
  Unpacker in(bytes, kVersion);
  Agreement agreement;
  agreement.id = in.hex();
  agreement.party = in.text();
  agreement.kind = in.text();
  agreement.signed_at = in.maybe_time();
  agreement.expires = in.maybe_time();
  if (in.flag()) agreement.file = in.file();
  agreement.removed = in.flag();
  agreement.added = in.position();
  agreement.changed = in.position();
  TRY(in.done(encode(agreement)));
  return agreement;
}

Result<void> apply(Group& group, const GroupRecord& record, const Position& where) {
  const bool is_first = group.added.entry == 0;
  if (!is_first && group.name != record.group) return impossible("a record of another group");
  if (is_first) {
    group.name = record.group;
    group.added = where;
  }
  if (record.removed) {
    if (group.removed && !*record.removed) group.members.clear();
    group.removed = *record.removed;
  }
  for (const auto& [user, added] : record.members) {
    if (added) {
      group.members.insert(user);
    } else {
      group.members.erase(user);
    }
  }
  group.changed = where;
  return {};
}

base::Bytes encode(const Group& group) {
  Packer out(kVersion);
  out.text(group.name);
  out.number(group.members.size());
  for (const std::string& user : group.members) out.text(user);
  out.flag(group.removed);
  out.position(group.added);
  out.position(group.changed);
  return out.take();
}

Result<Group> decode_group(base::ByteView bytes) {
  Unpacker in(bytes, kVersion);
  Group group;
  group.name = in.text();
  for (std::size_t left = in.count(); left > 0 && !in.failed(); --left) {
    group.members.insert(in.text());
  }
  group.removed = in.flag();
  group.added = in.position();
  group.changed = in.position();
  TRY(in.done(encode(group)));
  return group;
}

}  // namespace sealpost::reg
