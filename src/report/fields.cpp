#include "report/fields.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "text/time.hpp"

namespace sealpost::report {
namespace {

using base::Result;

constexpr std::string_view kGrant = "grant";
constexpr std::string_view kRevoke = "revoke";
constexpr std::string_view kPause = "pause";

constexpr Column kColumns[] = {{"contact"},
                               {"purpose", Kind::kList},
                               {"channel", Kind::kList},
                               {"method"},
                               {"expires"},
                               {"effective"},
                               {"type"},
                               {"id"},
                               {"language"},
                               {"version"},
                               {"disclosure"},
                               {"warned", Kind::kTruth},
                               {"witness"},
                               {"note"},
                               {"evidence"},
                               {"evidence-size", Kind::kNumber},
                               {"evidence-sha256"},
                               {"after", Kind::kList},
                               {"word"},
                               {"received-by"},
                               {"received"},
                               {"recorded"},
                               {"by"},
                               {"active", Kind::kTruth},
                               {"because"},
                               {"decision"},
                               {"decided"},
                               {"decided-by"}};

base::Error malformed(std::string text) { return {base::Code::kMalformed, std::move(text), ""}; }

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ";") + word;
  return text;
}

// Semicolons, and spaces too: no word has one.
std::vector<std::string> words_at(const Row& row, std::string_view column) {
  std::string text(at(row, column));
  std::replace(text.begin(), text.end(), ' ', ';');
  std::vector<std::string> words;
  for (const std::string_view word : base::split(text, ';')) {
    if (!word.empty()) words.emplace_back(word);
  }
  return words;
}

void put(Row& row, std::string_view column, std::string text) {
  if (!text.empty()) row.emplace(column, std::move(text));
}
void put(Row& row, std::string_view column, const std::optional<base::Time>& time) {
  if (time) row.emplace(column, text::format_time(*time));
}

// RFC 3339, or a date: its first moment, UTC.
Result<std::optional<base::Time>> time_at(const Row& row, std::string_view column) {
  const std::string_view text = at(row, column);
  if (text.empty()) return std::optional<base::Time>();
  constexpr std::size_t kDate = 10;
  auto time =
      text::parse_time(text.size() == kDate ? std::string(text) + "T00:00:00Z" : std::string(text));
  if (!time) return malformed("its \"" + std::string(column) + "\" is no date like 2027-11-21");
  return std::optional(std::chrono::time_point_cast<base::milliseconds>(
      std::chrono::floor<std::chrono::seconds>(*time)));
}

Result<bool> truth_at(const Row& row, std::string_view column, bool otherwise) {
  const std::string_view text = at(row, column);
  if (text.empty()) return otherwise;
  if (text == "true" || text == "yes" || text == "1") return true;
  if (text == "false" || text == "no" || text == "0") return false;
  return malformed("its \"" + std::string(column) + "\" is neither true nor false");
}

Result<std::optional<crypto::Digest>> digest_at(const Row& row, std::string_view column) {
  const std::string_view text = at(row, column);
  if (text.empty()) return std::optional<crypto::Digest>();
  const auto bytes = base::parse_hex(text);
  if (!bytes || bytes->size() != crypto::Digest{}.size()) {
    return malformed("its \"" + std::string(column) + "\" is no SHA-256 hash in hexadecimal");
  }
  TRY(const crypto::Digest digest, crypto::digest_from(*bytes));
  return std::optional(digest);
}

void put_evidence(Row& row, const std::optional<Evidence>& evidence) {
  if (!evidence) return;
  put(row, "evidence", evidence->name);
  put(row, "evidence-size", std::to_string(evidence->size));
  put(row, "evidence-sha256", base::to_hex(evidence->sha256));
}

Result<std::optional<Evidence>> evidence_at(const Row& row) {
  TRY(const auto sha256, digest_at(row, "evidence-sha256"));
  const std::string_view name = at(row, "evidence");
  if (!sha256 && name.empty()) return std::optional<Evidence>();
  if (!sha256) return malformed("its \"evidence\" is named without \"evidence-sha256\"");
  const std::string_view size = at(row, "evidence-size");
  const auto bytes = size.empty() ? Result<std::uint64_t>(0) : base::parse_decimal(size);
  if (!bytes) return malformed("its \"evidence-size\" is no number");
  return std::optional(Evidence{std::string(name), *bytes, *sha256});
}

Row row_of(const Grant& grant) {
  Row row;
  put(row, "method", grant.method);
  put(row, "effective", grant.effective);
  put(row, "expires", grant.expires);
  put_evidence(row, grant.evidence);
  put(row, "disclosure", grant.disclosure ? base::to_hex(*grant.disclosure) : std::string());
  put(row, "language", grant.language);
  put(row, "version", grant.version);
  if (grant.warned) put(row, "warned", "true");
  put(row, "witness", grant.witness);
  put(row, "note", grant.note);
  put(row, "after", joined(grant.after));
  put(row, "because", grant.because);
  return row;
}

Row row_of(const Revocation& revocation) {
  Row row{{"type", std::string(kRevoke)}};
  put(row, "word", revocation.word);
  put(row, "received-by", revocation.channel);
  put(row, "received", revocation.received);
  return row;
}

Row row_of(const Pause& pause) {
  Row row{{"type", std::string(kPause)}};
  put(row, "word", pause.word);
  put(row, "received-by", pause.channel);
  put(row, "received", pause.received);
  put(row, "decision", pause.decision);
  put(row, "decided", pause.decided);
  put(row, "decided-by", pause.decided_by);
  return row;
}

// What all have.
template <typename Value>
Result<Value> begin(const Row& row) {
  Value value;
  value.id = at(row, "id");
  value.contact = at(row, "contact");
  if constexpr (requires { value.purposes; }) {
    value.purposes = words_at(row, "purpose");
    value.channels = words_at(row, "channel");
  }
  TRY(value.recorded, time_at(row, "recorded"));
  value.by = at(row, "by");
  TRY(value.active, truth_at(row, "active", true));
  return value;
}

Result<Consent> grant_of(const Row& row) {
  TRY(Grant grant, begin<Grant>(row));
  grant.method = at(row, "method");
  TRY(grant.effective, time_at(row, "effective"));
  TRY(grant.expires, time_at(row, "expires"));
  TRY(grant.evidence, evidence_at(row));
  TRY(grant.disclosure, digest_at(row, "disclosure"));
  grant.language = at(row, "language");
  grant.version = at(row, "version");
  TRY(grant.warned, truth_at(row, "warned", false));
  grant.witness = at(row, "witness");
  grant.note = at(row, "note");
  grant.after = words_at(row, "after");
  grant.because = at(row, "because");
  return Consent(std::move(grant));
}

Result<Consent> revocation_of(const Row& row) {
  TRY(Revocation revocation, begin<Revocation>(row));
  revocation.word = at(row, "word");
  revocation.channel = at(row, "received-by");
  TRY(revocation.received, time_at(row, "received"));
  return Consent(std::move(revocation));
}

Result<Consent> pause_of(const Row& row) {
  TRY(Pause pause, begin<Pause>(row));
  pause.word = at(row, "word");
  pause.channel = at(row, "received-by");
  TRY(pause.received, time_at(row, "received"));
  pause.decision = at(row, "decision");
  TRY(pause.decided, time_at(row, "decided"));
  pause.decided_by = at(row, "decided-by");
  return Consent(std::move(pause));
}

Result<Consent> parse(const Row& row) {
  const std::string_view type = at(row, "type");
  if (type.empty() || type == kGrant) return grant_of(row);
  if (type == kRevoke) return revocation_of(row);
  if (type == kPause) return pause_of(row);
  return malformed("its \"type\" is none of grant, revoke and pause");
}

}  // namespace

const Columns kConsentColumns = kColumns;

Row row_of(const Consent& consent) {
  return std::visit(
      [](const auto& value) {
        Row row = row_of(value);
        put(row, "contact", value.contact);
        if constexpr (requires { value.purposes; }) {
          put(row, "purpose", joined(value.purposes));
          put(row, "channel", joined(value.channels));
        }
        put(row, "id", value.id);
        put(row, "recorded", value.recorded);
        put(row, "by", value.by);
        put(row, "active", value.active ? "true" : "false");
        if (at(row, "type").empty()) put(row, "type", std::string(kGrant));
        return row;
      },
      consent);
}

Result<Consent> consent_of(const Row& row) {
  TRY(Consent consent, parse(row));
  TRY(check(consent));
  return consent;
}

}  // namespace sealpost::report
