#include "flow/contacts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kBatch = 1000;   // rows of an import
constexpr std::size_t kMaxHold = 500;  // bytes

base::Error usage(std::string text) { return {base::Code::kUsage, std::move(text), ""}; }

// The day is one where the person is, which is ahead of UTC by 14 hours at most.
base::Result<void> check_birthdate(const reg::Personal& fields, base::Time now) {
  const auto day = fields.find("birthdate");
  if (day == fields.end()) return {};
  const std::string last = text::format_time(now + std::chrono::hours(14));
  if (day->second <= last.substr(0, day->second.size())) return {};
  return usage(fmt::format("nobody was born on {}: that lies ahead", day->second));
}

base::Result<void> check_fields(const reg::Personal& fields, base::Time now) {
  auto checked = reg::check_personal(fields);
  if (!checked) return usage(checked.error().text);
  TRY(check_birthdate(fields, now));
  const auto alias = fields.find("alias");
  if (alias == fields.end() || !reg::is_contact_id(alias->second)) return {};
  return usage("an alias may not look like the id of a contact");
}

base::Result<bool> is_taken(const vault::Vault& vault, const std::string& alias,
                            std::string_view by_other_than = {}) {
  const auto found = find_contact(vault, alias);
  if (!found && found.error().code == base::Code::kNotFound) return false;
  if (!found) return found.error();
  return found->contact.id != by_other_than;
}

base::Error taken(const std::string& alias) {
  return {base::Code::kConflict, fmt::format("there is a contact {} already", alias),
          fmt::format("see `sealpost contact show {}`", alias)};
}

// What of `wanted` is not so yet.
reg::Personal differing(const reg::Personal& wanted, const reg::Personal& have) {
  reg::Personal out;
  for (const auto& [name, value] : wanted) {
    const auto at = have.find(name);
    if ((at == have.end() ? std::string() : at->second) != value) out[name] = value;
  }
  return out;
}

base::Result<reg::Contact> read_back(const vault::Vault& vault, const std::string& id) {
  TRY(KeyedContact found, find_contact(vault, id));
  return std::move(found.contact);
}

base::Error removed(const std::string& which) {
  return {base::Code::kConflict, fmt::format("{} was removed", which),
          "add the person anew with `sealpost contact add`; --hold and --no-hold still count"};
}

// Of the register as it is read now.
base::Result<void> check_shredding(const Installation& installation, const std::string& id,
                                   base::Time now) {
  TRY(const KeyedContact keyed, find_contact(installation.vault(), id));
  TRY(const policy::Policy policy, installation.policy());
  if (keyed.contact.shredded) return {};
  const std::string why = reg::against_shredding(keyed.contact, policy.retention, now);
  if (why.empty()) return {};
  return base::Error{base::Code::kDenied, why,
                     "without --shred the contact is hidden, and everything about it kept"};
}

base::Error shredded(const std::string& which) {
  return {base::Code::kConflict, fmt::format("the personal fields of {} were destroyed", which),
          "add the person anew with `sealpost contact add`"};
}

base::Error repeated() { return usage("an earlier row of the file is about the same contact"); }

}  // namespace

base::Result<reg::Contact> add_contact(Installation& installation, const reg::Personal& fields,
                                       Context& context) {
  TRY(check_fields(fields, context.clock.now()));
  const std::string alias = fields.at("alias");
  TRY(client::RelayClient relay, open_register(installation, reg::Stream::kPeople, context));
  TRY(const bool there, is_taken(installation.vault(), alias));
  if (there) return taken(alias);
  const std::string id = reg::new_contact_id(context.random);
  const auto key = reg::ContactKey::random(context.random);
  reg::ContactRecord record;
  record.contact = id;
  TRY(record.sealed, reg::seal_personal(key, id, fields, context.random));
  RegisterDraft draft;
  draft.records = {record};
  draft.keys.emplace(id, key.clone());
  TRY(write_register(installation, relay, reg::Stream::kPeople, std::move(draft), context));
  return read_back(installation.vault(), id);
}

base::Result<std::string> listed_name(const vault::Vault& vault, const reg::Contact& contact) {
  const std::string alias = contact.alias();
  if (contact.removed || alias.empty()) return contact.id;
  TRY(const bool is_anothers, is_taken(vault, alias, contact.id));
  return is_anothers ? contact.id : alias;
}

base::Result<ChangedContact> edit_contact(Installation& installation, const std::string& which,
                                          const ContactChange& change, Context& context) {
  TRY(check_fields(change.fields, context.clock.now()));
  if (change.hold && (change.hold->size() > kMaxHold || !text::is_plain(*change.hold))) {
    return usage("a hold has a reason: plain text of one line, at most 500 bytes");
  }
  TRY(client::RelayClient relay, open_register(installation, reg::Stream::kPeople, context));
  TRY(const KeyedContact found, find_contact(installation.vault(), which));
  const reg::Contact& contact = found.contact;
  // A hold is put on what is left of somebody, too.
  if (contact.shredded) return shredded(which);
  if (contact.removed && !change.fields.empty()) return removed(which);
  reg::ContactRecord record;
  record.contact = contact.id;
  const reg::Personal fields = differing(change.fields, contact.personal);
  if (const auto alias = fields.find("alias"); alias != fields.end()) {
    TRY(const bool there, is_taken(installation.vault(), alias->second, contact.id));
    if (there) return taken(alias->second);
  }
  if (!fields.empty()) {
    if (!found.key) return shredded(which);
    TRY(record.sealed, reg::seal_personal(*found.key, contact.id, fields, context.random));
  }
  if (change.hold && *change.hold != contact.hold) record.hold = change.hold;
  if (fields.empty() && !record.hold) return ChangedContact{contact, false};
  RegisterDraft draft;
  draft.records = {record};
  TRY(write_register(installation, relay, reg::Stream::kPeople, std::move(draft), context));
  TRY(reg::Contact now, read_back(installation.vault(), contact.id));
  return ChangedContact{std::move(now), true};
}

base::Result<ChangedContact> remove_contact(Installation& installation, const std::string& which,
                                            bool shred, Context& context) {
  TRY(client::RelayClient relay, open_register(installation, reg::Stream::kPeople, context));
  TRY(const KeyedContact found, find_contact(installation.vault(), which));
  const reg::Contact& contact = found.contact;
  RegisterDraft draft;
  if (!contact.removed) {
    reg::ContactRecord record;
    record.contact = contact.id;
    record.removed = true;
    draft.records.emplace_back(record);
  }
  if (shred && !contact.shredded) {
    draft.check = [&] { return check_shredding(installation, contact.id, context.clock.now()); };
    TRY(draft.check());
    draft.records.emplace_back(reg::ShredRecord{contact.id});
  }
  if (draft.records.empty()) return ChangedContact{contact, false};
  TRY(write_register(installation, relay, reg::Stream::kPeople, std::move(draft), context));
  TRY(reg::Contact now, read_back(installation.vault(), contact.id));
  return ChangedContact{std::move(now), true};
}

base::Result<Imported> ContactImport::add(const report::Person& person) {
  if (person.id.empty()) return usage("it has no id");
  reg::Personal fields = person.personal;
  if (!reg::is_contact_id(person.id)) fields["alias"] = person.id;
  TRY(check_fields(fields, context_.clock.now()));
  // Also when it says the same: which of two rows is right is not for the order to decide, and the
  // file would mean something else every time.
  if (!named_.insert(person.id).second) return repeated();
  return add_one(person.id, fields);
}

base::Result<Imported> ContactImport::add_one(const std::string& name,
                                              const reg::Personal& fields) {
  auto found = find_contact(installation_.vault(), name);
  if (!found) {
    const bool is_new = found.error().code == base::Code::kNotFound && !reg::is_contact_id(name);
    if (!is_new) return found.error();
    const std::string id = reg::new_contact_id(context_.random);
    auto key = reg::ContactKey::random(context_.random);
    TRY(add_record(id, key, fields));
    draft_.keys.emplace(id, std::move(key));
    return Imported::kAdded;
  }
  const reg::Contact& contact = found->contact;
  if (contact.id != name && !named_.insert(contact.id).second) return repeated();
  if (contact.removed) return removed(name);
  const reg::Personal changes = differing(fields, contact.personal);
  if (changes.empty()) return Imported::kSame;
  if (!found->key) return shredded(name);
  TRY(add_record(contact.id, *found->key, changes));
  return Imported::kChanged;
}

base::Result<void> ContactImport::write_when_full() {
  return draft_.records.size() < kBatch ? base::Result<void>() : write_out();
}

base::Result<void> ContactImport::add_record(const std::string& id, const reg::ContactKey& key,
                                             const reg::Personal& fields) {
  reg::ContactRecord record;
  record.contact = id;
  TRY(record.sealed, reg::seal_personal(key, id, fields, context_.random));
  draft_.records.emplace_back(std::move(record));
  return {};
}

base::Result<void> ContactImport::write_out() {
  RegisterDraft draft = std::exchange(draft_, {});
  if (dry_run_ || draft.records.empty()) return {};
  return write_register(installation_, relay_, reg::Stream::kPeople, std::move(draft), context_);
}

}  // namespace sealpost::flow
