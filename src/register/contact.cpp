#include "register/contact.hpp"

#include <algorithm>

namespace sealpost::reg {
namespace {

using base::Result;

base::Error impossible(std::string_view what) {
  return {base::Code::kVerificationFailed, "the register has " + std::string(what), ""};
}

bool is_used(const Contact& contact, const std::string& id) {
  const auto has_id = [&](const auto& kept) { return kept.record.id == id; };
  return std::any_of(contact.grants.begin(), contact.grants.end(), has_id) ||
         std::any_of(contact.revocations.begin(), contact.revocations.end(), has_id) ||
         std::any_of(contact.pauses.begin(), contact.pauses.end(), has_id);
}

bool has_revocation(const Contact& contact, const std::string& id) {
  return std::any_of(contact.revocations.begin(), contact.revocations.end(),
                     [&](const Revoked& revoked) { return revoked.record.id == id; });
}

void set_removed(Contact& contact, bool removed, const Position& where) {
  if (contact.shredded || contact.removed == removed) return;
  contact.removed = removed;
  contact.removals.push_back({removed, where});
}

void set_personal(Contact& contact, const Personal& fields) {
  if (contact.shredded) return;
  for (const auto& [name, value] : fields) {
    if (value.empty()) {
      contact.personal.erase(name);
    } else {
      contact.personal[name] = value;
    }
  }
}

// One record of each type, against a contact that is known to be the one it speaks of.
struct Applying {
  Contact& contact;
  const std::optional<Personal>& personal;
  const Position& where;

  Result<void> operator()(const ContactRecord& record) const {
    if (personal) set_personal(contact, *personal);
    if (record.removed) set_removed(contact, *record.removed, where);
    if (record.hold) contact.hold = *record.hold;
    if (!record.sealed.empty()) contact.recorded = where.at;
    return {};
  }
  Result<void> operator()(const GrantRecord& record) const {
    if (contact.grants.size() >= kMaxGrants) return impossible("a contact with too many grants");
    if (is_used(contact, record.id)) return impossible("two records with one id");
    for (const std::string& id : record.after) {
      if (!has_revocation(contact, id)) return impossible("a grant after no revocation");
    }
    contact.grants.push_back({record, where});
    return note();
  }
  Result<void> operator()(const RevokeRecord& record) const {
    // Whatever else has its id: a revocation is not lost for that.
    if (has_revocation(contact, record.id)) return impossible("two revocations with one id");
    contact.revocations.push_back({record, where});
    return note();
  }
  Result<void> operator()(const PauseRecord& record) const {
    if (is_used(contact, record.id)) return impossible("two records with one id");
    contact.pauses.push_back({record, where, std::nullopt, false});
    return note();
  }
  // Two devices may decide without knowing of each other: the first decision ends the pause, and
  // what either revokes stands in a record beside it.
  Result<void> operator()(const DecisionRecord& record) const {
    for (Paused& paused : contact.pauses) {
      if (paused.record.id != record.pause) continue;
      if (!paused.decided) paused.decided = where;
      paused.revoked = paused.revoked || record.revoked;
      return note();
    }
    return impossible("a decision on no pause");
  }
  Result<void> operator()(const ShredRecord&) const {
    set_removed(contact, true, where);
    contact.shredded = true;
    contact.personal.clear();
    return {};
  }
  template <typename Other>
  Result<void> operator()(const Other&) const {
    return impossible("a record that is about no contact");
  }

  Result<void> note() const {
    contact.recorded = where.at;
    return {};
  }
};

}  // namespace

std::string Contact::alias() const {
  const auto found = personal.find("alias");
  return found == personal.end() ? std::string() : found->second;
}

std::string_view contact_of(const Record& record) {
  return std::visit(
      [](const auto& value) -> std::string_view {
        if constexpr (requires { value.contact; }) {
          return value.contact;
        } else {
          return {};
        }
      },
      record);
}

Result<void> apply(Contact& contact, const Record& record, const std::optional<Personal>& personal,
                   const Position& where) {
  const std::string_view about = contact_of(record);
  if (about.empty() || (!contact.id.empty() && contact.id != about)) {
    return impossible("a record of another contact");
  }
  const bool is_first = contact.added.entry == 0;
  if (is_first && !std::holds_alternative<ContactRecord>(record)) {
    return impossible("a record of a contact that was not added");
  }
  TRY(std::visit(Applying{contact, personal, where}, record));
  contact.id = about;
  if (is_first) contact.added = where;
  contact.changed = where;
  return {};
}

}  // namespace sealpost::reg
