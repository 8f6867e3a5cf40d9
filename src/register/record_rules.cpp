// What a record of each type may say: sealpost-register(5), RECORDS.
#include <algorithm>
#include <set>

#include "register/disclosure.hpp"
#include "register/record_json.hpp"
#include "text/safety.hpp"

namespace sealpost::reg {
namespace {

using base::Result;

constexpr std::size_t kMaxHold = 500;       // bytes
constexpr std::size_t kMaxCollector = 500;  // bytes
constexpr std::size_t kMaxParty = 200;      // bytes
constexpr std::size_t kMaxVersion = 64;     // bytes
// A nonce, a tag, and something between them.
constexpr std::size_t kMinSealed = 24 + 16 + 1;

template <typename Test>
Result<void> check_words(const std::vector<std::string>& words, std::string_view what, Test test) {
  std::set<std::string_view> seen;
  for (const std::string& word : words) {
    if (!test(word)) return bad_record("with " + std::string(what) + " that is none");
    if (!seen.insert(word).second) return bad_record("that names " + std::string(what) + " twice");
  }
  return {};
}

Result<void> check_contact(std::string_view contact) {
  if (!is_contact_id(contact)) return bad_record("whose contact is no id of one");
  return {};
}

Result<void> check_ids(std::string_view id, std::string_view contact) {
  if (!is_record_id(id)) return bad_record("whose id is not 32 hex digits");
  return check_contact(contact);
}

Result<void> check_scope(const std::vector<std::string>& purposes,
                         const std::vector<std::string>& channels) {
  TRY(check_words(purposes, "a purpose", is_purpose_like));
  return check_words(channels, "a channel", is_channel);
}

Result<void> check_sealed(const base::Bytes& sealed) {
  if (sealed.empty() || sealed.size() >= kMinSealed) return {};
  return bad_record("with a sealed value that is cut short");
}

Result<void> check_inbound(const base::Bytes& word, std::string_view channel) {
  if (!channel.empty() && !is_channel(channel)) return bad_record("with a channel that is none");
  return check_sealed(word);
}

Result<void> check_type(const EpochRecord& record) {
  if (record.epoch == 0) return bad_record("of an epoch that is not numbered from 1");
  if (!is_recipient(record.recipient)) return bad_record("whose recipient is none");
  return {};
}

Result<void> check_type(const ContactRecord& record) {
  TRY(check_contact(record.contact));
  TRY(check_sealed(record.sealed));
  if (record.hold && !record.hold->empty() && !is_label(*record.hold, kMaxHold)) {
    return bad_record("whose hold is not plain text of at most 500 bytes");
  }
  if (record.sealed.empty() && !record.removed && !record.hold) {
    return bad_record("of a contact that says nothing");
  }
  return {};
}

Result<void> check_shown(const GrantRecord& record) {
  if (!record.language.empty() && !is_language(record.language)) {
    return bad_record("whose language is not of the form of BCP 47");
  }
  if (!record.version.empty() && !is_label(record.version, kMaxVersion)) {
    return bad_record("whose version is not plain text of at most 64 bytes");
  }
  if (!record.collector.empty() && !is_label(record.collector, kMaxCollector)) {
    return bad_record("whose collector is not plain text of at most 500 bytes");
  }
  if (!record.evidence.empty() && !record.elsewhere.empty()) {
    return bad_record("with evidence that is here and elsewhere");
  }
  for (const auto* sealed : {&record.evidence, &record.elsewhere, &record.witness, &record.note}) {
    TRY(check_sealed(*sealed));
  }
  return {};
}

Result<void> check_type(const GrantRecord& record) {
  TRY(check_ids(record.id, record.contact));
  if (record.purposes.empty()) return bad_record("of a grant without a purpose");
  if (record.channels.empty()) return bad_record("of a grant without a channel");
  TRY(check_scope(record.purposes, record.channels));
  if (!is_method(record.method)) return bad_record("with a method that is none");
  if (record.effective && record.expires && *record.expires <= *record.effective) {
    return bad_record("of a grant that expires before it takes effect");
  }
  TRY(check_words(record.after, "a revocation", is_record_id));
  return check_shown(record);
}

Result<void> check_type(const RevokeRecord& record) {
  TRY(check_ids(record.id, record.contact));
  TRY(check_scope(record.purposes, record.channels));
  return check_inbound(record.word, record.channel);
}

Result<void> check_type(const PauseRecord& record) {
  TRY(check_ids(record.id, record.contact));
  if (record.word.empty()) return bad_record("of a pause without a word");
  return check_inbound(record.word, record.channel);
}

Result<void> check_type(const DecisionRecord& record) {
  return check_ids(record.pause, record.contact);
}

Result<void> check_type(const DisclosureRecord& record) {
  if (record.parts == 0 || record.parts > kMaxDisclosureParts || record.part >= record.parts) {
    return bad_record("of a disclosure whose parts are misnumbered");
  }
  if (record.text.empty() || record.text.size() > kMaxDisclosurePart) {
    return bad_record("of a disclosure whose text is empty or longer than 3000 bytes");
  }
  if (!text::is_utf8(record.text) || has_control(record.text)) {
    return bad_record("of a disclosure whose text is not UTF-8, or holds control characters");
  }
  return {};
}

Result<void> check_type(const ShredRecord& record) { return check_contact(record.contact); }

Result<void> check_type(const AgreementRecord& record) {
  if (!is_record_id(record.id)) return bad_record("whose id is not 32 hex digits");
  if (record.party && !is_label(*record.party, kMaxParty)) {
    return bad_record("whose party is not plain text of at most 200 bytes");
  }
  if (record.kind && !is_agreement_kind(*record.kind))
    return bad_record("with a kind that is none");
  if (record.signed_at && record.expires && *record.expires &&
      **record.expires <= *record.signed_at) {
    return bad_record("of an agreement that expires before it is signed");
  }
  if (record.file) TRY(check_file(*record.file));
  if (!record.party && !record.kind && !record.signed_at && !record.expires && !record.file &&
      !record.removed) {
    return bad_record("of an agreement that says nothing");
  }
  return {};
}

Result<void> check_type(const GroupRecord& record) {
  if (!is_user_like(record.group)) return bad_record("of a group whose name is out of form");
  for (const auto& [user, added] : record.members) {
    if (!is_user_like(user)) return bad_record("of a group with a member that is no user id");
  }
  if (record.members.empty() && !record.removed) {
    return bad_record("of a group that says nothing");
  }
  return {};
}

}  // namespace

Result<void> check(const Record& record) {
  return std::visit([](const auto& value) { return check_type(value); }, record);
}

}  // namespace sealpost::reg
