// Contacts as the vault keeps them.
#include "base/encoding.hpp"
#include "register/packing.hpp"

namespace sealpost::reg {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kContactPrefix = "c-";

// Of a grant. A copy in a vault may be older than the second one.
constexpr std::uint64_t kWarned = 1;
constexpr std::uint64_t kIsFromList = 2;

bool is_from_list(const GrantRecord& record) {
  return !record.elsewhere.empty() || record.recorded || !record.collector.empty();
}

void pack(Packer& out, const Granted& granted) {
  const GrantRecord& record = granted.record;
  out.hex(record.id);
  out.words(record.purposes);
  out.words(record.channels);
  out.word(record.method);
  out.maybe_time(record.effective);
  out.maybe_time(record.expires);
  out.blob(record.evidence);
  out.flag(record.disclosure.has_value());
  if (record.disclosure) out.digest(*record.disclosure);
  out.word(record.language);
  out.word(record.version);
  out.number((record.warned ? kWarned : 0) | (is_from_list(record) ? kIsFromList : 0));
  if (is_from_list(record)) {
    out.blob(record.elsewhere);
    out.maybe_time(record.recorded);
    out.word(record.collector);
  }
  out.blob(record.witness);
  out.blob(record.note);
  out.words(record.after);
  out.position(granted.where);
}

void unpack(Unpacker& in, Granted& granted) {
  GrantRecord& record = granted.record;
  record.id = in.hex();
  record.purposes = in.words();
  record.channels = in.words();
  record.method = in.word();
  record.effective = in.maybe_time();
  record.expires = in.maybe_time();
  record.evidence = in.blob();
  if (in.flag()) record.disclosure = in.digest();
  record.language = in.word();
  record.version = in.word();
  const std::uint64_t flags = in.number();
  record.warned = (flags & kWarned) != 0;
  if ((flags & kIsFromList) != 0) {
    record.elsewhere = in.blob();
    record.recorded = in.maybe_time();
    record.collector = in.word();
  }
  record.witness = in.blob();
  record.note = in.blob();
  record.after = in.words();
  granted.where = in.position();
}

void pack(Packer& out, const Revoked& revoked) {
  const RevokeRecord& record = revoked.record;
  out.hex(record.id);
  out.words(record.purposes);
  out.words(record.channels);
  out.blob(record.word);
  out.word(record.channel);
  out.maybe_time(record.received);
  out.position(revoked.where);
}

void unpack(Unpacker& in, Revoked& revoked) {
  RevokeRecord& record = revoked.record;
  record.id = in.hex();
  record.purposes = in.words();
  record.channels = in.words();
  record.word = in.blob();
  record.channel = in.word();
  record.received = in.maybe_time();
  revoked.where = in.position();
}

void pack(Packer& out, const Paused& paused) {
  const PauseRecord& record = paused.record;
  out.hex(record.id);
  out.blob(record.word);
  out.word(record.channel);
  out.maybe_time(record.received);
  out.position(paused.where);
  out.flag(paused.decided.has_value());
  if (paused.decided) out.position(*paused.decided);
  out.flag(paused.revoked);
}

void unpack(Unpacker& in, Paused& paused) {
  PauseRecord& record = paused.record;
  record.id = in.hex();
  record.word = in.blob();
  record.channel = in.word();
  record.received = in.maybe_time();
  paused.where = in.position();
  if (in.flag()) paused.decided = in.position();
  paused.revoked = in.flag();
}

void pack(Packer& out, const Removal& removal) {
  out.flag(removal.removed);
  out.position(removal.where);
}

void unpack(Unpacker& in, Removal& removal) {
  removal.removed = in.flag();
  removal.where = in.position();
}

template <typename Thing>
void pack_all(Packer& out, const std::vector<Thing>& things) {
  out.number(things.size());
  for (const Thing& thing : things) pack(out, thing);
}

template <typename Thing>
void unpack_all(Unpacker& in, std::vector<Thing>& things) {
  for (std::size_t left = in.count(); left > 0 && !in.failed(); --left) {
    unpack(in, things.emplace_back());
  }
}

void unpack_personal(Unpacker& in, Personal& personal) {
  for (std::size_t left = in.count(); left > 0 && !in.failed(); --left) {
    std::string name = in.text();
    personal[std::move(name)] = in.text();
  }
}

// The contact's id stands once, and not in every record.
void name_records(Contact& contact) {
  for (Granted& granted : contact.grants) granted.record.contact = contact.id;
  for (Revoked& revoked : contact.revocations) revoked.record.contact = contact.id;
  for (Paused& paused : contact.pauses) paused.record.contact = contact.id;
}

}  // namespace

base::Bytes encode(const Contact& contact) {
  Packer out(kVersion);
  out.hex(std::string_view(contact.id).substr(kContactPrefix.size()));
  out.number(contact.personal.size());
  for (const auto& [name, value] : contact.personal) {
    out.text(name);
    out.text(value);
  }
  out.position(contact.added);
  out.position(contact.changed);
  out.time(contact.recorded);
  out.flag(contact.shredded);
  pack_all(out, contact.removals);
  out.text(contact.hold);
  pack_all(out, contact.grants);
  pack_all(out, contact.revocations);
  pack_all(out, contact.pauses);
  return out.take();
}

base::Result<Contact> decode_contact(base::ByteView bytes) {
  Unpacker in(bytes, kVersion);
  Contact contact;
  contact.id = std::string(kContactPrefix) + in.hex();
  unpack_personal(in, contact.personal);
  contact.added = in.position();
  contact.changed = in.position();
  contact.recorded = in.time();
  contact.shredded = in.flag();
  unpack_all(in, contact.removals);
  contact.removed = !contact.removals.empty() && contact.removals.back().removed;
  contact.hold = in.text();
  unpack_all(in, contact.grants);
  unpack_all(in, contact.revocations);
  unpack_all(in, contact.pauses);
  name_records(contact);
  TRY(in.done(encode(contact)));
  return contact;
}

}  // namespace sealpost::reg
