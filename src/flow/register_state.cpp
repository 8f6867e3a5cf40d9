#include "flow/register_state.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "flow/record_codec.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

base::Error damaged(const base::Error& error) {
  return {base::Code::kVerificationFailed, "a record of the vault is damaged: " + error.text, ""};
}

// A byte that says whether a key follows, the key, the contact.
crypto::SecretBytes pack_contact(const KeyedContact& keyed) {
  const base::Bytes contact = reg::encode(keyed.contact);
  const std::size_t key_size = keyed.key ? reg::ContactKey::kSize : 0;
  crypto::SecretBytes packed(1 + key_size + contact.size());
  auto at = packed.expose_mutable().begin();
  *at++ = keyed.key ? 1 : 0;
  if (keyed.key) at = std::copy(keyed.key->expose().begin(), keyed.key->expose().end(), at);
  std::copy(contact.begin(), contact.end(), at);
  return packed;
}

base::Result<KeyedContact> unpack_contact(base::ByteView bytes) {
  base::Reader reader(bytes);
  TRY(const std::uint64_t keyed, reader.be(1));
  KeyedContact out;
  if (keyed != 0) {
    TRY(const base::ByteView key, reader.take(reg::ContactKey::kSize));
    TRY(out.key, reg::ContactKey::from(key));
  }
  auto contact = reg::decode_contact(reader.rest());
  if (!contact) return damaged(contact.error());
  out.contact = *std::move(contact);
  return out;
}

base::Result<std::vector<std::string>> contacts_called(const vault::Vault& vault,
                                                       std::string_view alias) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kContactAlias, alias));
  std::vector<std::string> ids;
  if (!row) return ids;
  for (const std::string_view id : base::split(row->value.expose_text(), '\n')) {
    ids.emplace_back(id);
  }
  return ids;
}

base::Error no_contact(std::string_view which) {
  return {base::Code::kNotFound, fmt::format("there is no contact {}", which),
          "see `sealpost contact list`"};
}

// The row of a thing that is looked up by name, if there is one, decoded.
template <typename Thing>
base::Result<std::optional<Thing>> decode_row(const vault::Vault& vault, Kind kind,
                                              std::string_view name,
                                              base::Result<Thing> (*decode)(base::ByteView)) {
  TRY(const std::optional<vault::Row> row, vault.find(kind, name));
  if (!row) return std::optional<Thing>();
  auto thing = decode(row->value.expose());
  if (!thing) return damaged(thing.error());
  return std::optional<Thing>(*std::move(thing));
}

template <typename Thing>
base::Result<void> each_row(const vault::Vault& vault, Kind kind,
                            base::Result<Thing> (*decode)(base::ByteView),
                            const std::function<base::Result<void>(Thing)>& visit) {
  return vault.each(kind, 0, [&](const vault::Row& row) -> base::Result<bool> {
    auto thing = decode(row.value.expose());
    if (!thing) return damaged(thing.error());
    TRY(visit(*std::move(thing)));
    return true;
  });
}

std::string faulty_row(const FaultyEntry& faulty) {
  return fmt::format("{}\n{}", reg::stream_name(faulty.stream), faulty.where.entry);
}

base::Result<void> erase_named(vault::Vault& vault, Kind kind, std::string_view name) {
  TRY(const std::optional<vault::Row> row, vault.find(kind, name));
  return row ? vault.erase(kind, row->id) : base::Result<void>();
}

base::Result<void> erase_all(vault::Vault& vault, Kind kind) {
  std::vector<std::int64_t> rows;
  TRY(vault.each(kind, 0, [&](const vault::Row& row) -> base::Result<bool> {
    rows.push_back(row.id);
    return true;
  }));
  for (const std::int64_t row : rows) TRY(vault.erase(kind, row));
  return {};
}

base::Result<void> store_faulty(vault::Vault& vault, const FaultyEntry& faulty) {
  const crypto::SecretBytes value = pack({{"stream", reg::stream_name(faulty.stream)},
                                          {"entry", faulty.where.entry},
                                          {"leaf", faulty.where.leaf},
                                          {"at", millis(faulty.where.at)},
                                          {"by", faulty.where.by},
                                          {"fault", faulty.fault}});
  return vault.put(Kind::kFaultyEntry, faulty_row(faulty), value.expose());
}

// What contradicts itself counts for nobody: one author must not hold up all readers.
base::Result<void> counted(base::Result<void> applied) {
  if (!applied && applied.error().code == base::Code::kVerificationFailed) return {};
  return applied;
}

// What the sealed fields of a record about this contact say; nothing when there are none, or nobody
// can read them any more.
std::optional<reg::Personal> personal_in(const reg::Record& record, const KeyedContact& keyed) {
  const auto* change = std::get_if<reg::ContactRecord>(&record);
  if (change == nullptr || change->sealed.empty() || !keyed.key) return std::nullopt;
  auto personal = reg::open_personal(*keyed.key, change->contact, change->sealed);
  if (!personal) return std::nullopt;  // its author sealed nonsense
  return *std::move(personal);
}

}  // namespace

base::Result<std::optional<KeyedContact>> contact_by_id(const vault::Vault& vault,
                                                        std::string_view id) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kContact, id));
  if (!row) return std::optional<KeyedContact>();
  TRY(KeyedContact keyed, unpack_contact(row->value.expose()));
  return std::optional<KeyedContact>(std::move(keyed));
}

base::Result<KeyedContact> find_contact(const vault::Vault& vault, std::string_view which) {
  if (reg::is_contact_id(which)) {
    TRY(std::optional<KeyedContact> found, contact_by_id(vault, which));
    if (!found) return no_contact(which);
    return *std::move(found);
  }
  TRY(const std::vector<std::string> ids, contacts_called(vault, which));
  for (const std::string& id : ids) {
    TRY(std::optional<KeyedContact> found, contact_by_id(vault, id));
    if (found && !found->contact.removed) return *std::move(found);
  }
  return no_contact(which);
}

base::Result<void> each_contact(const vault::Vault& vault,
                                const std::function<base::Result<bool>(KeyedContact)>& visit) {
  return vault.each(Kind::kContact, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(KeyedContact keyed, unpack_contact(row.value.expose()));
    return visit(std::move(keyed));
  });
}

base::Result<reg::Agreement> find_agreement(const vault::Vault& vault, std::string_view id) {
  TRY(auto found, decode_row(vault, Kind::kAgreement, id, &reg::decode_agreement));
  if (found) return *std::move(found);
  return base::Error{base::Code::kNotFound, fmt::format("there is no agreement {}", id),
                     "see `sealpost agreement list`"};
}

base::Result<void> each_agreement(const vault::Vault& vault,
                                  const std::function<base::Result<void>(reg::Agreement)>& visit) {
  return each_row(vault, Kind::kAgreement, &reg::decode_agreement, visit);
}

base::Result<reg::Group> find_group(const vault::Vault& vault, std::string_view name) {
  TRY(auto found, decode_row(vault, Kind::kGroup, name, &reg::decode_group));
  if (found && !found->removed) return *std::move(found);
  return base::Error{base::Code::kNotFound, fmt::format("there is no group {}", name),
                     "see `sealpost group list`"};
}

base::Result<void> each_group(const vault::Vault& vault,
                              const std::function<base::Result<void>(reg::Group)>& visit) {
  return each_row(vault, Kind::kGroup, &reg::decode_group, visit);
}

base::Result<std::optional<std::string>> find_disclosure(const vault::Vault& vault,
                                                         const crypto::Digest& sha256) {
  std::string text;
  const std::string name = base::to_hex(sha256);
  for (std::uint64_t part = 0, parts = 1; part < parts; ++part) {
    TRY(const std::optional<vault::Row> row,
        vault.find(Kind::kDisclosure, fmt::format("{}\n{}", name, part)));
    if (!row) return std::optional<std::string>();
    const std::string_view value = row->value.expose_text();
    const std::size_t end = std::min(value.find('\n'), value.size());
    TRY(parts, base::parse_decimal(value.substr(0, end)));
    text += value.substr(std::min(end + 1, value.size()));
  }
  if (crypto::sha256(base::as_bytes(text)) != sha256) return std::optional<std::string>();
  return std::optional<std::string>(std::move(text));
}

base::Result<std::vector<MissingKey>> missing_keys(const vault::Vault& vault, std::size_t limit) {
  std::vector<MissingKey> out;
  TRY(vault.each(Kind::kMissingKey, 0, [&](const vault::Row& row) -> base::Result<bool> {
    const std::string_view value = row.value.expose_text();
    const std::size_t space = std::min(value.find(' '), value.size());
    TRY(const std::uint64_t entry, base::parse_decimal(value.substr(0, space)));
    out.push_back({std::string(value.substr(std::min(space + 1, value.size()))), entry});
    return out.size() < limit;
  }));
  return out;
}

base::Result<void> each_faulty_entry(const vault::Vault& vault,
                                     const std::function<base::Result<void>(FaultyEntry)>& visit) {
  return vault.each(Kind::kFaultyEntry, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(FaultyEntry faulty,
        unpack<FaultyEntry>(
            row.value.expose(), [](const text::Json& json, FaultyEntry& out) -> base::Result<void> {
              TRY(const std::string name, text::string_at(json, "stream"));
              out.stream = reg::stream_from_name(name).value_or(reg::Stream::kPeople);
              TRY(out.where.entry, text::number_at(json, "entry"));
              TRY(out.where.leaf, text::number_at(json, "leaf"));
              TRY(out.where.at, time_at(json, "at"));
              TRY(out.where.by, text::string_at(json, "by"));
              TRY(out.fault, text::string_at(json, "fault"));
              return {};
            }));
    TRY(visit(std::move(faulty)));
    return true;
  });
}

base::Result<void> forget_records(vault::Vault& vault, reg::Stream stream) {
  const std::vector<Kind> kinds = stream == reg::Stream::kPeople
                                      ? std::vector<Kind>{Kind::kContact, Kind::kContactAlias,
                                                          Kind::kDisclosure, Kind::kMissingKey}
                                      : std::vector<Kind>{Kind::kAgreement, Kind::kGroup};
  for (const Kind kind : kinds) TRY(erase_all(vault, kind));
  std::vector<std::string> faulty;
  TRY(each_faulty_entry(vault, [&](const FaultyEntry& one) -> base::Result<void> {
    if (one.stream == stream) faulty.push_back(faulty_row(one));
    return {};
  }));
  for (const std::string& name : faulty) TRY(erase_named(vault, Kind::kFaultyEntry, name));
  return {};
}

void RegisterChanges::add_key(const std::string& contact, reg::ContactKey key) {
  keys_.insert_or_assign(contact, std::move(key));
}

base::Result<KeyedContact*> RegisterChanges::contact(const std::string& id) {
  const auto known = contacts_.find(id);
  if (known != contacts_.end()) return &known->second;
  TRY(std::optional<KeyedContact> stored, contact_by_id(vault_, id));
  KeyedContact fresh = stored ? *std::move(stored) : KeyedContact{};
  if (fresh.contact.id.empty()) {
    fresh.contact.id = id;
    if (const auto key = keys_.find(id); key != keys_.end()) fresh.key = key->second.clone();
  }
  return &contacts_.emplace(id, std::move(fresh)).first->second;
}

base::Result<void> RegisterChanges::apply(const reg::Record& record, const reg::Position& where) {
  if (const auto* agreement = std::get_if<reg::AgreementRecord>(&record)) {
    return apply_agreement(*agreement, where);
  }
  if (const auto* group = std::get_if<reg::GroupRecord>(&record)) return apply_group(*group, where);
  if (const auto* text = std::get_if<reg::DisclosureRecord>(&record))
    return apply_disclosure(*text);
  if (std::holds_alternative<reg::EpochRecord>(record)) return {};
  return apply_to_contact(record, where);
}

base::Result<void> RegisterChanges::shred(const std::string& contact, const reg::Position& where) {
  missing_.erase(contact);
  shredded_.insert(contact);
  return apply_to_contact(reg::ShredRecord{contact}, where);
}

base::Result<void> RegisterChanges::apply_to_contact(const reg::Record& record,
                                                     const reg::Position& where) {
  const std::string id(reg::contact_of(record));
  TRY(KeyedContact * keyed, contact(id));
  const std::optional<reg::Personal> personal = personal_in(record, *keyed);
  const auto called = [&] {
    return keyed->contact.removed ? std::string() : keyed->contact.alias();
  };
  const std::string before = called();
  const auto applied = reg::apply(keyed->contact, record, personal, where);
  if (!applied) {
    if (keyed->contact.added.entry == 0) contacts_.erase(id);
    return counted(applied);
  }
  if (keyed->contact.shredded && keyed->key) {
    keyed->key.reset();
    erased_ = true;
  }
  const std::string now = called();
  return before == now ? base::Result<void>() : move_alias(id, before, now);
}

base::Result<void> RegisterChanges::move_alias(const std::string& id, const std::string& from,
                                               const std::string& to) {
  for (const std::string& alias : {from, to}) {
    if (alias.empty() || aliases_.contains(alias)) continue;
    TRY(aliases_[alias], contacts_called(vault_, alias));
  }
  if (!from.empty()) std::erase(aliases_[from], id);
  if (!to.empty()) aliases_[to].push_back(id);
  return {};
}

base::Result<void> RegisterChanges::apply_agreement(const reg::AgreementRecord& record,
                                                    const reg::Position& where) {
  if (!agreements_.contains(record.id)) {
    TRY(auto known, decode_row(vault_, Kind::kAgreement, record.id, &reg::decode_agreement));
    agreements_[record.id] = known ? *std::move(known) : reg::Agreement{};
    agreements_[record.id].id = record.id;
  }
  return counted(reg::apply(agreements_[record.id], record, where));
}

base::Result<void> RegisterChanges::apply_group(const reg::GroupRecord& record,
                                                const reg::Position& where) {
  if (!groups_.contains(record.group)) {
    TRY(auto known, decode_row(vault_, Kind::kGroup, record.group, &reg::decode_group));
    groups_[record.group] = known ? *std::move(known) : reg::Group{};
    groups_[record.group].name = record.group;
  }
  return counted(reg::apply(groups_[record.group], record, where));
}

base::Result<void> RegisterChanges::apply_disclosure(const reg::DisclosureRecord& record) {
  Parts& parts = disclosures_[base::to_hex(record.sha256)];
  parts.count = record.parts;
  parts.texts[record.part] = record.text;
  return {};
}

base::Result<void> RegisterChanges::store() {
  for (const auto& [id, keyed] : contacts_) {
    TRY(vault_.put(Kind::kContact, id, pack_contact(keyed).expose()));
  }
  for (const auto& [alias, ids] : aliases_) {
    TRY(vault_.put(Kind::kContactAlias, alias,
                   base::as_bytes(fmt::format("{}", fmt::join(ids, "\n")))));
  }
  for (const auto& [contact, number] : missing_) {
    TRY(vault_.put(Kind::kMissingKey, contact,
                   base::as_bytes(fmt::format("{} {}", number, contact))));
  }
  for (const std::string& contact : shredded_) {
    TRY(erase_named(vault_, Kind::kMissingKey, contact));
  }
  for (const FaultyEntry& faulty : faulty_) TRY(store_faulty(vault_, faulty));
  for (const auto& [id, agreement] : agreements_) {
    TRY(vault_.put(Kind::kAgreement, id, reg::encode(agreement)));
  }
  for (const auto& [name, group] : groups_) {
    TRY(vault_.put(Kind::kGroup, name, reg::encode(group)));
  }
  for (const auto& [digest, parts] : disclosures_) {
    for (const auto& [part, text] : parts.texts) {
      TRY(vault_.put(Kind::kDisclosure, fmt::format("{}\n{}", digest, part),
                     base::as_bytes(fmt::format("{}\n{}", parts.count, text))));
    }
  }
  return {};
}

}  // namespace sealpost::flow
