#include "flow/consents.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "flow/gate.hpp"
#include "flow/register_files.hpp"
#include "register/disclosure.hpp"
#include "register/words.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kBatch = 1000;              // records of an import
constexpr std::size_t kMaxDisclosure = 64 << 10;  // bytes
constexpr std::size_t kMaxWord = 64;              // bytes of a language or version

base::Error usage(std::string text, std::string hint = "") {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

base::Result<void> check_remark(std::string_view what, const std::string& text) {
  if (text.size() <= reg::kMaxText && text::is_utf8(text)) return {};
  return usage(fmt::format("the {} has more than {} bytes, or is not UTF-8", what, reg::kMaxText));
}

base::Result<void> check_received(std::optional<base::Time> received, base::Time now) {
  if (!received || *received <= now) return {};
  return usage(
      fmt::format("words cannot have come at {}: that lies ahead", text::format_time(*received)),
      "check the date, and the clock of this machine");
}

// The register's own rules, in words for who wrote the command, before anything is uploaded.
base::Result<void> check_form(const reg::Record& record) {
  auto text = reg::format(record);
  if (text) return {};
  constexpr std::string_view kSubject = "a register record ";
  std::string_view reason = text.error().text;
  if (reason.starts_with(kSubject)) reason.remove_prefix(kSubject.size());
  return usage(fmt::format("it would be a consent {}", reason));
}

base::Error no_key(const std::string& which) {
  return {base::Code::kConflict, fmt::format("the personal fields of {} were destroyed", which),
          "add the person anew with `sealpost contact add`"};
}

base::Error removed(const std::string& which) {
  return {base::Code::kConflict, fmt::format("{} was removed", which),
          "add the person anew with `sealpost contact add`"};
}

base::Error too_many(const std::string& which) {
  return {base::Code::kConflict,
          fmt::format("{} has {} grants already, and no contact has more", which, reg::kMaxGrants),
          "remove the contact, and add the person anew"};
}

// The record of a grant, without evidence.
base::Result<reg::GrantRecord> make_grant(const KeyedContact& keyed, const ConsentTerms& terms,
                                          base::Random& random) {
  reg::GrantRecord grant;
  grant.id = reg::new_record_id(random);
  grant.contact = keyed.contact.id;
  grant.purposes = terms.purposes;
  grant.channels = terms.channels;
  grant.method = terms.method;
  grant.effective = terms.effective;
  grant.expires = terms.expires;
  grant.language = terms.language;
  grant.version = terms.version;
  grant.warned = terms.warned;
  if (terms.disclosure) grant.disclosure = crypto::sha256(base::as_bytes(*terms.disclosure));
  const auto seal = [&](const std::string& text) -> base::Result<base::Bytes> {
    if (text.empty()) return base::Bytes();
    return reg::seal_text(*keyed.key, keyed.contact.id, text, random);
  };
  TRY(grant.witness, seal(terms.witness));
  TRY(grant.note, seal(terms.note));
  grant.after = reg::known_revocations(keyed.contact, grant);
  return grant;
}

// The text of a disclosure, unless it is in the register already.
base::Result<void> add_disclosure(const vault::Vault& vault, const ConsentTerms& terms,
                                  RegisterDraft& draft) {
  if (!terms.disclosure) return {};
  const crypto::Digest digest = crypto::sha256(base::as_bytes(*terms.disclosure));
  TRY(const std::optional<std::string> known, find_disclosure(vault, digest));
  if (known) return {};
  TRY(std::vector<reg::DisclosureRecord> parts, reg::split_disclosure(*terms.disclosure));
  for (reg::DisclosureRecord& part : parts) draft.records.emplace_back(std::move(part));
  return {};
}

// Of a record, a list's grant, or terms.
bool same_terms(const auto& grant, const auto& terms) {
  const auto sorted = [](std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    return words;
  };
  return sorted(grant.purposes) == sorted(terms.purposes) &&
         sorted(grant.channels) == sorted(terms.channels) && grant.method == terms.method &&
         grant.expires == terms.expires && grant.effective == terms.effective &&
         grant.language == terms.language && grant.version == terms.version &&
         grant.warned == terms.warned;
}

// Whether it was revoked since or not: a list that comes again does not give leave anew.
bool has_grant(const reg::Contact& contact, const ConsentTerms& terms) {
  return std::any_of(contact.grants.begin(), contact.grants.end(),
                     [&](const reg::Granted& one) { return same_terms(one.record, terms); });
}

// The same, not written yet.
bool is_waiting(const RegisterDraft& draft, const std::string& contact, const ConsentTerms& terms) {
  return std::any_of(draft.records.begin(), draft.records.end(), [&](const reg::Record& record) {
    const auto* grant = std::get_if<reg::GrantRecord>(&record);
    return grant != nullptr && grant->contact == contact && same_terms(*grant, terms);
  });
}

template <typename Item>
bool has_id(const std::vector<Item>& items, const std::string& id) {
  return std::any_of(items.begin(), items.end(),
                     [&](const Item& item) { return item.record.id == id; });
}

bool says(const KeyedContact& keyed, const base::Bytes& sealed, const std::string& word) {
  if (sealed.empty() || !keyed.key) return word.empty();
  const auto opened = reg::open_text(*keyed.key, keyed.contact.id, sealed);
  return opened && *opened == word;
}

// One without an id is there already when it says the same of the same moment, or, where the moment
// is not said, as long as it stands: somebody may have said it again.
bool is_known(const KeyedContact& keyed, const report::Revocation& revocation) {
  const auto& all = keyed.contact.revocations;
  return std::any_of(all.begin(), all.end(), [&](const reg::Revoked& one) {
    const reg::RevokeRecord& record = one.record;
    return record.purposes == revocation.purposes && record.channels == revocation.channels &&
           record.channel == revocation.channel && record.received == revocation.received &&
           says(keyed, record.word, revocation.word) &&
           (record.received || reg::stands(keyed.contact, one));
  });
}

bool is_known(const KeyedContact& keyed, const report::Pause& pause) {
  const auto& all = keyed.contact.pauses;
  return std::any_of(all.begin(), all.end(), [&](const reg::Paused& one) {
    const reg::PauseRecord& record = one.record;
    return record.channel == pause.channel && record.received == pause.received &&
           says(keyed, record.word, pause.word) && (record.received || !one.decided);
  });
}

// The 16 bytes behind the digits of a record's or a contact's id.
std::array<std::uint8_t, 16> id_of(std::string_view id) {
  std::array<std::uint8_t, 16> out{};
  const auto bytes = base::parse_hex(id.starts_with("c-") ? id.substr(2) : id);
  if (bytes) std::copy_n(bytes->begin(), std::min(bytes->size(), out.size()), out.begin());
  return out;
}

// The register's ids are of one form; one from elsewhere always becomes the same one.
std::string own_id(const std::string& id) {
  if (reg::is_record_id(id)) return id;
  const crypto::Digest digest = crypto::sha256(base::as_bytes("sealpost/v1/import\n" + id));
  return base::to_hex(base::ByteView(digest).first(16));
}

ConsentTerms terms_of(const report::Grant& grant) {
  return {grant.purposes, grant.channels, grant.method,   grant.effective,
          grant.expires,  std::nullopt,   grant.language, grant.version,
          grant.warned,   grant.witness,  grant.note};
}

base::Result<void> check_recorded(std::optional<base::Time> recorded, base::Time now) {
  if (!recorded || *recorded <= now) return {};
  return usage(fmt::format("it cannot have been recorded at {}: that lies ahead",
                           text::format_time(*recorded)));
}

// Whether a grant of a list was not in force for a reason that is not its own beginning or end.
bool needs_reason(const report::Grant& grant, base::Time now) {
  if (grant.active || (grant.expires && *grant.expires <= now)) return false;
  if (grant.because == "not-yet") return !grant.effective;
  if (grant.because == "expired") return !grant.expires;
  return !grant.because.empty() || !grant.effective || *grant.effective <= now;
}

// Whether revocations in the register end the grant, which is not there, for all that it is for.
bool is_ended(const reg::Contact& contact, const reg::GrantRecord& grant, base::Time now) {
  reg::Contact bare;
  bare.revocations = contact.revocations;
  return reg::why_not(bare, {grant, {}}, present(contact, now)) == "revoked";
}

base::Result<reg::Granted> granted(const vault::Vault& vault, const std::string& contact,
                                   const std::string& id) {
  TRY(const KeyedContact keyed, find_contact(vault, contact));
  for (const reg::Granted& one : keyed.contact.grants) {
    if (one.record.id == id) return one;
  }
  return base::Error{base::Code::kInternal, "the register lacks the grant that was written", ""};
}

// Where the contact had said to the relay that it wants no more messages.
base::Result<void> resume_at_relay(client::RelayClient& relay, const std::string& contact,
                                   const std::string& which,
                                   const std::vector<std::string>& purposes) {
  auto lifted = relay.lift_stop({contact, purposes});
  if (lifted || lifted.error().code != base::Code::kConflict) return lifted;
  return base::Error{
      base::Code::kConflict,
      fmt::format("the consent is recorded, but {} has asked for no more messages meanwhile",
                  which),
      "`sealpost inbox` records that; then see `sealpost consent show`"};
}

base::Result<base::Bytes> seal_word(const KeyedContact& keyed, const std::string& word,
                                    base::Random& random) {
  if (word.empty() || !keyed.key) return base::Bytes();
  return reg::seal_text(*keyed.key, keyed.contact.id, word, random);
}

// What is not understood may mean it.
base::Result<reg::Meaning> meaning(const Withdrawal& withdrawal) {
  if (withdrawal.word.empty()) return reg::Meaning::kStop;
  TRY(check_remark("word", withdrawal.word));
  const reg::Meaning meaning = reg::meaning_of(withdrawal.word);
  return meaning == reg::Meaning::kNone ? reg::Meaning::kUnclear : meaning;
}

}  // namespace

base::Result<void> check_terms(const policy::Policy& policy, const ConsentTerms& terms) {
  if (terms.purposes.empty()) return usage("a consent names a purpose", "add --purpose NAME");
  if (terms.channels.empty()) return usage("a consent names a channel", "add --channel link-sms");
  for (const std::string& purpose : terms.purposes) TRY(check_declared(policy, purpose));
  for (const std::string& channel : terms.channels) TRY(check_channel(channel));
  if (!reg::is_method(terms.method)) {
    return usage(fmt::format("there is no method \"{}\"", text::for_terminal(terms.method)),
                 fmt::format("methods are {}", fmt::join(reg::kMethods, ", ")));
  }
  if (terms.effective && terms.expires && *terms.expires <= *terms.effective) {
    return usage("this consent would expire before it begins", "check --effective and --expires");
  }
  if (terms.disclosure &&
      (terms.disclosure->size() > kMaxDisclosure || !reg::split_disclosure(*terms.disclosure))) {
    return usage("a disclosure is UTF-8 text of at most 64 KiB without control characters",
                 "give the text that was shown; a scan goes with --evidence");
  }
  for (const std::string* word : {&terms.language, &terms.version}) {
    if (word->size() > kMaxWord || !text::is_plain(*word)) {
      return usage("language and version are short plain words");
    }
  }
  TRY(check_remark("witness", terms.witness));
  return check_remark("note", terms.note);
}

base::Result<reg::Granted> grant_consent(Installation& installation, const std::string& which,
                                         const ConsentTerms& terms,
                                         const std::filesystem::path& evidence,
                                         const AskOverride& ask, Context& context,
                                         TransferProgress& progress) {
  TRY(client::RelayClient relay, open_register(installation, reg::Stream::kPeople, context));
  TRY(const policy::Policy policy, installation.policy());
  TRY(check_terms(policy, terms));
  TRY(const KeyedContact keyed, find_contact(installation.vault(), which));
  if (!keyed.key) return no_key(which);
  if (keyed.contact.removed) return removed(which);
  if (keyed.contact.grants.size() >= reg::kMaxGrants) return too_many(which);
  TRY(reg::GrantRecord grant, make_grant(keyed, terms, context.random));
  TRY(check_form(reg::Record(grant)));
  const std::vector<reg::Revoked> overridden = reg::newly_overridden(keyed.contact, grant);
  if (!overridden.empty()) TRY(ask(keyed, overridden));
  RegisterDraft draft;
  if (!evidence.empty()) {
    TRY(const reg::File file,
        store_register_file(installation, relay, evidence, context, progress));
    TRY(grant.evidence, reg::seal_file(*keyed.key, grant.contact, file, context.random));
    draft.blobs.push_back(file.blob);
  }
  TRY(add_disclosure(installation.vault(), terms, draft));
  const std::string id = grant.id;
  draft.records.emplace_back(std::move(grant));
  TRY(write_register(installation, relay, reg::Stream::kPeople, std::move(draft), context));
  if (!keyed.contact.revocations.empty()) {
    TRY(resume_at_relay(relay, keyed.contact.id, which, terms.purposes));
  }
  return granted(installation.vault(), keyed.contact.id, id);
}

base::Result<Withdrawn> revoke_consent(Installation& installation, const std::string& which,
                                       const Withdrawal& withdrawal, Context& context) {
  TRY(client::RelayClient relay, open_register(installation, reg::Stream::kPeople, context));
  TRY(const policy::Policy policy, installation.policy());
  for (const std::string& purpose : withdrawal.purposes) TRY(check_declared(policy, purpose));
  for (const std::string& channel : withdrawal.channels) TRY(check_channel(channel));
  if (!withdrawal.channel.empty()) TRY(check_channel(withdrawal.channel));
  TRY(check_received(withdrawal.received, context.clock.now()));
  TRY(const reg::Meaning meant, meaning(withdrawal));
  TRY(const KeyedContact keyed, find_contact(installation.vault(), which));
  TRY(base::Bytes word, seal_word(keyed, withdrawal.word, context.random));
  Withdrawn out;
  out.id = reg::new_record_id(context.random);
  out.paused = meant == reg::Meaning::kUnclear;
  out.all_purposes = meant == reg::Meaning::kStopAll;
  RegisterDraft draft;
  if (out.paused) {
    if (word.empty()) return no_key(which);
    draft.records.emplace_back(reg::PauseRecord{out.id, keyed.contact.id, std::move(word),
                                                withdrawal.channel, withdrawal.received});
  } else {
    draft.records.emplace_back(
        reg::RevokeRecord{out.id, keyed.contact.id,
                          out.all_purposes ? std::vector<std::string>() : withdrawal.purposes,
                          out.all_purposes ? std::vector<std::string>() : withdrawal.channels,
                          std::move(word), withdrawal.channel, withdrawal.received});
  }
  TRY(check_form(draft.records.front()));
  TRY(write_register(installation, relay, reg::Stream::kPeople, std::move(draft), context));
  TRY(const KeyedContact now, find_contact(installation.vault(), keyed.contact.id));
  out.remaining =
      purposes_with_leave(policy, now.contact, present(now.contact, context.clock.now()));
  return out;
}

std::vector<std::string> purposes_with_leave(const policy::Policy& policy,
                                             const reg::Contact& contact, base::Time when) {
  std::vector<std::string> out;
  for (const policy::Purpose& purpose : policy.purposes) {
    if (reg::status(contact, purpose.name, "", when).leave == reg::Leave::kGranted) {
      out.push_back(purpose.name);
    }
  }
  return out;
}

base::Result<Imported> ConsentImport::add(const report::Consent& consent) {
  if (auto form = report::check(consent); !form) return usage(form.error().text);
  const std::string id = std::visit([](const auto& value) { return value.id; }, consent);
  if (!id.empty() && !read_.insert(id_of(own_id(id))).second) {
    return usage("an earlier row of the file has its id");
  }
  TRY(const bool added, std::visit([&](const auto& value) { return add_one(value); }, consent));
  return added ? Imported::kAdded : Imported::kSame;
}

// Rows about one contact often follow one another.
base::Result<const KeyedContact*> ConsentImport::look_up(const std::string& which) {
  if (last_ && last_->first == which) return &last_->second;
  TRY(KeyedContact found, find_contact(installation_.vault(), which));
  last_.emplace(which, std::move(found));
  return &last_->second;
}

// An alias may be somebody else's by now: what one person said must not count for another.
base::Result<bool> ConsentImport::is_anothers(const std::string& id, const std::string& contact) {
  if (!holders_) {
    holders_.emplace();
    TRY(each_contact(installation_.vault(), [&](const KeyedContact& one) -> base::Result<bool> {
      const Id holder = id_of(one.contact.id);
      for (const auto& each : one.contact.grants) {
        holders_->emplace_back(id_of(each.record.id), holder);
      }
      for (const auto& each : one.contact.revocations) {
        holders_->emplace_back(id_of(each.record.id), holder);
      }
      for (const reg::Paused& each : one.contact.pauses) {
        holders_->emplace_back(id_of(each.record.id), holder);
      }
      return true;
    }));
    std::sort(holders_->begin(), holders_->end());
  }
  const Id wanted = id_of(id);
  const auto first = std::lower_bound(holders_->begin(), holders_->end(), std::pair(wanted, Id{}));
  if (first == holders_->end() || first->first != wanted) return false;
  return first->second != id_of(contact);
}

base::Result<bool> ConsentImport::add_one(const report::Grant& grant) {
  const ConsentTerms terms = terms_of(grant);
  TRY(check_terms(policy_, terms));
  TRY(const KeyedContact* found, look_up(grant.contact));
  const KeyedContact& keyed = *found;
  if (!keyed.key) return no_key(grant.contact);
  const reg::Contact& contact = keyed.contact;
  const std::string id = grant.id.empty() ? "" : own_id(grant.id);
  report::Grant own = grant;
  own.id = id;
  own.contact = contact.id;
  const bool known = is_held(own) || (id.empty() ? has_grant(contact, terms) ||
                                                       is_waiting(draft_, contact.id, terms)
                                                 : waits(id) || has_id(contact.grants, id));
  if (known) return false;
  TRY(check_recorded(grant.recorded, context_.clock.now()));
  TRY(check_received(grant.ended, context_.clock.now()));
  if (contact.removed) return removed(grant.contact);
  if (has_id(contact.revocations, id) || has_id(contact.pauses, id)) {
    return usage("its id is that of a revocation or a pause");
  }
  if (contact.grants.size() + given_[contact.id] + held_given_[contact.id] >= reg::kMaxGrants) {
    return too_many(grant.contact);
  }
  if (!id.empty()) {
    TRY(const bool anothers, is_anothers(id, contact.id));
    if (anothers) return usage("it was given by somebody else");
  }
  TRY(reg::GrantRecord record, record_of(keyed, own));
  TRY(check_form(reg::Record(record)));
  if (needs_reason(grant, context_.clock.now())) {
    ++held_given_[contact.id];
    if (!id.empty()) held_ids_.insert(id);
    held_.push_back(std::move(own));
    return true;
  }
  ++given_[contact.id];
  waiting_.insert(record.id);
  draft_.records.emplace_back(std::move(record));
  return true;
}

base::Result<reg::GrantRecord> ConsentImport::record_of(const KeyedContact& keyed,
                                                        const report::Grant& grant) {
  TRY(reg::GrantRecord record, make_grant(keyed, terms_of(grant), context_.random));
  if (!grant.id.empty()) record.id = grant.id;
  record.disclosure = grant.disclosure;
  record.recorded = grant.recorded;
  record.collector = grant.by;
  if (grant.evidence) {
    TRY(record.elsewhere,
        reg::seal_facts(*keyed.key, record.contact, *grant.evidence, context_.random));
  }
  // What a list does not name it does not know of: leave that was taken back stays so.
  record.after.clear();
  for (const std::string& revocation : grant.after) {
    const std::string named = own_id(revocation);
    if (revocations_.contains(keyed.contact.id + named) ||
        has_id(keyed.contact.revocations, named)) {
      record.after.push_back(named);
    }
  }
  return record;
}

bool ConsentImport::is_held(const report::Grant& grant) const {
  if (!grant.id.empty()) return held_ids_.contains(grant.id);
  const auto is_same = [&](const report::Grant& one) {
    return one.contact == grant.contact && same_terms(one, grant);
  };
  return std::any_of(held_.begin(), held_.end(), is_same) ||
         std::any_of(unexplained_.begin(), unexplained_.end(), is_same);
}

base::Result<bool> ConsentImport::settle_one(const report::Grant& grant, bool is_end) {
  TRY(const KeyedContact* keyed, look_up(grant.contact));
  TRY(reg::GrantRecord record, record_of(*keyed, grant));
  const bool is_explained = is_ended(keyed->contact, record, context_.clock.now()) ||
                            (grant.because != "revoked" && paused_.contains(grant.contact));
  if (!is_explained && !is_end) return false;
  if (!is_explained) {
    // Before it, so that a part of this gives no leave either.
    draft_.records.emplace_back(reg::RevokeRecord{reg::new_record_id(context_.random),
                                                  grant.contact,
                                                  record.purposes,
                                                  record.channels,
                                                  {},
                                                  "",
                                                  grant.ended});
  }
  draft_.records.emplace_back(std::move(record));
  ++given_[grant.contact];
  --held_given_[grant.contact];
  return true;
}

base::Result<void> ConsentImport::settle(bool is_end) {
  std::vector<report::Grant> held = std::exchange(held_, {});
  if (is_end) {
    held.insert(held.begin(), std::make_move_iterator(unexplained_.begin()),
                std::make_move_iterator(unexplained_.end()));
    unexplained_.clear();
  }
  if (dry_run_) return {};
  for (report::Grant& grant : held) {
    TRY(const bool settled, settle_one(grant, is_end));
    if (!settled) unexplained_.push_back(std::move(grant));
    if (draft_.records.size() >= kBatch) TRY(write_draft());
  }
  return write_draft();
}

base::Result<bool> ConsentImport::add_one(const report::Revocation& revocation) {
  TRY(check_received(revocation.received, context_.clock.now()));
  TRY(const KeyedContact* found, look_up(revocation.contact));
  const KeyedContact& keyed = *found;
  const reg::Contact& contact = keyed.contact;
  const std::string id =
      revocation.id.empty() ? reg::new_record_id(context_.random) : own_id(revocation.id);
  if (revocations_.contains(contact.id + id) || has_id(contact.revocations, id)) return false;
  if (revocation.id.empty() && is_known(keyed, revocation)) return false;
  if (waits(id) || has_id(contact.grants, id)) return usage("its id is that of a grant");
  TRY(base::Bytes word, seal_word(keyed, revocation.word, context_.random));
  draft_.records.emplace_back(reg::RevokeRecord{id, contact.id, revocation.purposes,
                                                revocation.channels, std::move(word),
                                                revocation.channel, revocation.received});
  waiting_.insert(id);
  revocations_.insert(contact.id + id);
  return true;
}

base::Result<bool> ConsentImport::add_one(const report::Pause& pause) {
  TRY(check_received(pause.received, context_.clock.now()));
  TRY(const KeyedContact* found, look_up(pause.contact));
  const KeyedContact& keyed = *found;
  if (!keyed.key) return no_key(pause.contact);
  const reg::Contact& contact = keyed.contact;
  if (pause.decision.empty()) paused_.insert(contact.id);
  const std::string id = pause.id.empty() ? reg::new_record_id(context_.random) : own_id(pause.id);
  if (waits(id) || has_id(contact.pauses, id)) return false;
  if (pause.id.empty() && is_known(keyed, pause)) return false;
  if (has_id(contact.grants, id) || has_id(contact.revocations, id)) {
    return usage("its id is that of a grant or a revocation");
  }
  TRY(const bool anothers, is_anothers(id, contact.id));
  if (anothers) return usage("it was said by somebody else");
  TRY(base::Bytes word, seal_word(keyed, pause.word, context_.random));
  draft_.records.emplace_back(
      reg::PauseRecord{id, contact.id, std::move(word), pause.channel, pause.received});
  // What was decided elsewhere stays decided: what it revoked stands in a record of its own.
  if (!pause.decision.empty()) {
    draft_.records.emplace_back(reg::DecisionRecord{id, contact.id, pause.decision == "revoke"});
  }
  waiting_.insert(id);
  return true;
}

base::Result<void> ConsentImport::write_draft() {
  RegisterDraft draft = std::exchange(draft_, {});
  waiting_.clear();
  revocations_.clear();
  given_.clear();
  last_.reset();
  if (dry_run_ || draft.records.empty()) return {};
  return write_register(installation_, relay_, reg::Stream::kPeople, std::move(draft), context_);
}

base::Result<void> ConsentImport::write_out() {
  TRY(write_draft());
  return settle(true);
}

base::Result<void> ConsentImport::write_when_full() {
  if (draft_.records.size() + held_.size() < kBatch) return {};
  TRY(write_draft());
  return settle(false);
}

}  // namespace sealpost::flow
