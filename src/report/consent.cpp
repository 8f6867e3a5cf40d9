#include "report/consent.hpp"

#include <algorithm>

#include "text/safety.hpp"

namespace sealpost::report {
namespace {

using base::Result;

// Stand-ins for what a record gets only when it is made.
const std::string kSomeId(32, '0');
const std::string kSomeContact = "c-" + kSomeId;

constexpr std::size_t kSealedSize = 64;  // bytes

constexpr const char* kRevoke = "revoke";
constexpr const char* kDismiss = "dismiss";

Result<std::string> open_text(const reg::Contact& source, const reg::ContactKey* key,
                              const base::Bytes& sealed) {
  if (key == nullptr || sealed.empty()) return std::string();
  return reg::open_text(*key, source.id, sealed);
}

Result<std::optional<Evidence>> open_evidence(const reg::Contact& source,
                                              const reg::ContactKey* key,
                                              const reg::GrantRecord& record) {
  if (key != nullptr && !record.elsewhere.empty()) {
    TRY(Evidence evidence, reg::open_facts(*key, source.id, record.elsewhere));
    return std::optional(std::move(evidence));
  }
  if (key == nullptr || record.evidence.empty()) return std::optional<Evidence>();
  TRY(const reg::File file, reg::open_file(*key, source.id, record.evidence));
  return std::optional(Evidence{file.name, file.size, file.sha256});
}

Result<Grant> opened(const reg::Contact& source, const reg::Granted& granted,
                     const reg::ContactKey* key, base::Time now) {
  const reg::GrantRecord& record = granted.record;
  Grant grant;
  grant.id = record.id;
  grant.purposes = record.purposes;
  grant.channels = record.channels;
  grant.method = record.method;
  grant.effective = record.effective;
  grant.expires = record.expires;
  TRY(grant.evidence, open_evidence(source, key, record));
  grant.disclosure = record.disclosure;
  grant.language = record.language;
  grant.version = record.version;
  grant.warned = record.warned;
  TRY(grant.witness, open_text(source, key, record.witness));
  TRY(grant.note, open_text(source, key, record.note));
  grant.after = record.after;
  grant.recorded = record.recorded.value_or(granted.where.at);
  const bool is_from_list = record.recorded || !record.collector.empty();
  grant.by = is_from_list ? record.collector : granted.where.by;
  grant.because = reg::why_not(source, granted, now);
  grant.active = grant.because.empty();
  return grant;
}

Result<Revocation> opened(const reg::Contact& source, const reg::Revoked& revoked,
                          const reg::ContactKey* key) {
  const reg::RevokeRecord& record = revoked.record;
  Revocation revocation;
  revocation.id = record.id;
  revocation.purposes = record.purposes;
  revocation.channels = record.channels;
  TRY(revocation.word, open_text(source, key, record.word));
  revocation.channel = record.channel;
  revocation.received = record.received;
  revocation.recorded = revoked.where.at;
  revocation.by = revoked.where.by;
  revocation.active = reg::stands(source, revoked);
  return revocation;
}

Result<Pause> opened(const reg::Contact& source, const reg::Paused& paused,
                     const reg::ContactKey* key) {
  const reg::PauseRecord& record = paused.record;
  Pause pause;
  pause.id = record.id;
  TRY(pause.word, open_text(source, key, record.word));
  pause.channel = record.channel;
  pause.received = record.received;
  pause.recorded = paused.where.at;
  pause.by = paused.where.by;
  pause.active = !paused.decided;
  if (!paused.decided) return pause;
  pause.decision = paused.revoked ? kRevoke : kDismiss;
  pause.decided = paused.decided->at;
  pause.decided_by = paused.decided->by;
  return pause;
}

// Where in the log it stands.
struct Placed {
  reg::Position where;
  Consent consent;
};

bool is_before(const Placed& a, const Placed& b) {
  return std::pair(a.where.entry, a.where.leaf) < std::pair(b.where.entry, b.where.leaf);
}

base::Error unfit(std::string text) { return {base::Code::kMalformed, std::move(text), ""}; }

Result<void> check_remark(std::string_view what, const std::string& text) {
  if (text.size() <= reg::kMaxText && text::is_utf8(text)) return {};
  return unfit("its " + std::string(what) + " is longer than 800 bytes");
}

// The register's own rules, in words that fit a list.
Result<void> check_record(const reg::Record& record) {
  auto text = reg::format(record);
  if (text) return {};
  constexpr std::string_view kSubject = "a register record ";
  base::Error error = std::move(text).error();
  if (error.text.starts_with(kSubject)) error.text.replace(0, kSubject.size(), "it is a consent ");
  return error;
}

Result<void> check_form(const Grant& grant) {
  TRY(check_remark("witness", grant.witness));
  TRY(check_remark("note", grant.note));
  const auto* reason = std::find(std::begin(kReasons), std::end(kReasons), grant.because);
  if (!grant.because.empty() && reason == std::end(kReasons)) {
    return unfit("its \"because\" is no reason why leave may not be in force");
  }
  reg::GrantRecord record;
  record.id = kSomeId;
  record.contact = kSomeContact;
  record.purposes = grant.purposes;
  record.channels = grant.channels;
  record.method = grant.method;
  record.effective = grant.effective;
  record.expires = grant.expires;
  record.language = grant.language;
  record.version = grant.version;
  record.after = grant.after;
  record.collector = grant.by;
  if (grant.evidence) {
    constexpr std::size_t kMost = 255;  // bytes, as of every file's name
    if (grant.evidence->name.size() > kMost || !text::is_plain(grant.evidence->name)) {
      return unfit("its evidence has a name that is not plain text of at most 255 bytes");
    }
  }
  return check_record(reg::Record(std::move(record)));
}

Result<void> check_form(const Revocation& revocation) {
  TRY(check_remark("word", revocation.word));
  reg::RevokeRecord record;
  record.id = kSomeId;
  record.contact = kSomeContact;
  record.purposes = revocation.purposes;
  record.channels = revocation.channels;
  record.channel = revocation.channel;
  return check_record(reg::Record(std::move(record)));
}

Result<void> check_form(const Pause& pause) {
  TRY(check_remark("word", pause.word));
  if (pause.word.empty()) return unfit("it is a pause without words");
  if (!pause.decision.empty() && pause.decision != kRevoke && pause.decision != kDismiss) {
    return unfit("its \"decision\" is neither dismiss nor revoke");
  }
  reg::PauseRecord record;
  record.id = kSomeId;
  record.contact = kSomeContact;
  record.word = base::Bytes(kSealedSize);
  record.channel = pause.channel;
  return check_record(reg::Record(std::move(record)));
}

}  // namespace

Result<std::vector<Consent>> consents_of(const reg::Contact& source, std::string_view contact,
                                         const reg::ContactKey* key, base::Time now) {
  std::vector<Placed> all;
  const auto add = [&](auto value, const reg::Position& where) {
    value.contact = contact;
    all.push_back({where, Consent(std::move(value))});
  };
  for (const reg::Granted& granted : source.grants) {
    TRY(Grant grant, opened(source, granted, key, now));
    add(std::move(grant), granted.where);
  }
  for (const reg::Revoked& revoked : source.revocations) {
    TRY(Revocation revocation, opened(source, revoked, key));
    add(std::move(revocation), revoked.where);
  }
  for (const reg::Paused& paused : source.pauses) {
    TRY(Pause pause, opened(source, paused, key));
    add(std::move(pause), paused.where);
  }
  std::stable_sort(all.begin(), all.end(), is_before);
  std::vector<Consent> consents;
  for (Placed& placed : all) consents.push_back(std::move(placed.consent));
  return consents;
}

Result<void> check(const Consent& consent) {
  const bool is_named =
      std::visit([](const auto& value) { return !value.contact.empty(); }, consent);
  if (!is_named) return unfit("it names no contact");
  return std::visit([](const auto& value) { return check_form(value); }, consent);
}

}  // namespace sealpost::report
