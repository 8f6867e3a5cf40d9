#include "policy/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "note/cosignature.hpp"
#include "policy/nearest.hpp"
#include "text/safety.hpp"

namespace sealpost::policy {
namespace {

using base::Code;
using base::Error;
using base::milliseconds;
using base::Result;
using std::chrono::seconds;

constexpr std::size_t kMaxPurposes = 256;
constexpr std::size_t kMaxWord = 64;

Error malformed(std::string text) { return {Code::kMalformed, std::move(text), ""}; }

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kMaxWord && text.front() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

bool all_distinct(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  return std::adjacent_find(words.begin(), words.end()) == words.end();
}

bool are_roles(const std::vector<std::string>& roles) {
  return std::all_of(roles.begin(), roles.end(), is_word) && all_distinct(roles);
}

bool is_span(milliseconds span, milliseconds shortest = seconds(1),
             milliseconds longest = kLongestExpiry) {
  return span >= shortest && span <= longest && span % seconds(1) == span.zero();
}

Result<void> check(const Purpose& purpose) {
  if (!is_word(purpose.name)) {
    return malformed("a purpose is named with lower-case letters, digits and dashes");
  }
  if (!are_roles(purpose.roles)) {
    return malformed(
        fmt::format("the roles of purpose {} are out of form or repeated", purpose.name));
  }
  if (purpose.max_body && (*purpose.max_body == 0 || *purpose.max_body > kLargestBody)) {
    return malformed(fmt::format("a text for purpose {} has a limit of 1 to {} bytes", purpose.name,
                                 kLargestBody));
  }
  if (purpose.max_expiry && !is_span(*purpose.max_expiry)) {
    return malformed(fmt::format("messages for purpose {} live for whole seconds", purpose.name));
  }
  return {};
}

bool is_limit(const std::optional<milliseconds>& limit, milliseconds shortest) {
  return !limit || is_span(*limit, shortest);
}

bool is_party(std::string_view text) {
  return !text.empty() && text.size() <= kMaxParty && text::is_plain(text) && text.front() != ' ' &&
         text.back() != ' ';
}

Result<void> check_witnesses(const Policy& policy) {
  if (policy.witnesses.size() > kMaxWitnesses || !all_distinct(policy.witnesses)) {
    return malformed("a policy names each witness once, and at most 16");
  }
  for (const std::string& vkey : policy.witnesses) {
    if (!note::Cosigner::parse(vkey)) {
      return malformed("a witness is named by the vkey of its cosignatures");
    }
  }
  if (policy.witness_quorum > policy.witnesses.size()) {
    return malformed("more cosignatures are asked for than there are witnesses");
  }
  return {};
}

// What a policy may leave out.
Result<void> check_limits(const Policy& policy) {
  if (!are_roles(policy.mfa_roles)) {
    return malformed("the roles that need a one-time code are out of form or repeated");
  }
  if (!is_limit(policy.idle_lock, kShortestIdle)) {
    return malformed("an unused vault is locked after a minute at the soonest");
  }
  if (!is_limit(policy.passphrase_age, kShortestPassphraseAge)) {
    return malformed("a passphrase lives for a day at least");
  }
  if (!is_limit(policy.max_staleness, kShortestStaleness)) {
    return malformed("what a device saw of its relay counts for ten minutes at least");
  }
  if (!is_span(policy.retention, kShortestRetention, kLongestRetention)) {
    return malformed("records of contacts are kept for a day at least, a hundred years at most");
  }
  if (policy.relay_agreement && !is_party(*policy.relay_agreement)) {
    return malformed("the party of an agreement is a plain text of at most 200 bytes");
  }
  if (policy.link_page) TRY(check_page(*policy.link_page));
  if (!is_span(policy.audit_retention, kShortestAuditRetention, kLongestRetention)) {
    return malformed(
        "events of the audit log are kept for 30 days at least, a hundred years at most");
  }
  return check_witnesses(policy);
}

Result<void> check(const Policy& policy) {
  std::vector<std::string> names;
  for (const Purpose& purpose : policy.purposes) {
    TRY(check(purpose));
    names.push_back(purpose.name);
  }
  if (names.empty() || names.size() > kMaxPurposes) {
    return malformed("a policy declares between 1 and 256 purposes");
  }
  if (!all_distinct(std::move(names))) return malformed("a policy declares each purpose once");
  if (policy.max_body == 0 || policy.max_body > kLargestBody) {
    return malformed(fmt::format("a message's text has a limit of 1 to {} bytes", kLargestBody));
  }
  if (!is_span(policy.max_expiry) || !is_span(policy.default_expiry) ||
      policy.default_expiry > policy.max_expiry) {
    return malformed("messages live for whole seconds, by default not longer than at most");
  }
  return check_limits(policy);
}

// "general" or "general owner admin member"
std::string format_purpose(const Purpose& purpose) {
  return std::accumulate(
      purpose.roles.begin(), purpose.roles.end(), purpose.name,
      [](const std::string& line, const std::string& role) { return line + " " + role; });
}

Purpose parse_purpose(std::string_view line) {
  const auto words = base::split(line, ' ');
  Purpose out;
  out.name = words.front();
  out.roles.assign(words.begin() + 1, words.end());
  return out;
}

std::uint64_t count_seconds(milliseconds span) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<seconds>(span).count());
}

Result<milliseconds> to_span(std::uint64_t count) {
  if (count > count_seconds(kLongestRetention)) return malformed("a policy has no span so long");
  return milliseconds(seconds(static_cast<seconds::rep>(count)));
}

Result<milliseconds> span_field(note::StatementReader& reader, std::string_view key) {
  TRY(const std::uint64_t count, reader.number(key));
  return to_span(count);
}

Result<std::optional<milliseconds>> limit_field(note::StatementReader& reader,
                                                std::string_view key) {
  TRY(const auto value, reader.maybe(key));
  if (!value) return std::optional<milliseconds>{};
  TRY(const std::uint64_t count, base::parse_decimal(*value));
  TRY(const milliseconds span, to_span(count));
  return std::optional(span);
}

void add_limit(note::StatementBuilder& builder, std::string_view key,
               const std::optional<milliseconds>& limit) {
  if (limit) builder.add(key, count_seconds(*limit));
}

// "purpose-max-body: billing 2048": what of a purpose's own limits is not as in general.
void add_purpose_limits(note::StatementBuilder& builder, const Policy& policy) {
  for (const Purpose& purpose : policy.purposes) {
    if (!purpose.max_body) continue;
    builder.add("purpose-max-body", fmt::format("{} {}", purpose.name, *purpose.max_body));
  }
  for (const Purpose& purpose : policy.purposes) {
    if (!purpose.max_expiry) continue;
    builder.add("purpose-max-expiry",
                fmt::format("{} {}", purpose.name, count_seconds(*purpose.max_expiry)));
  }
  for (const Purpose& purpose : policy.purposes) {
    if (!purpose.asks_consent) builder.add("purpose-no-consent", purpose.name);
  }
}

struct PurposeLimit {
  Purpose* purpose;
  std::uint64_t value;
};

Result<Purpose*> declared(Policy& policy, std::string_view name) {
  for (Purpose& purpose : policy.purposes) {
    if (purpose.name == name) return &purpose;
  }
  return malformed("the policy limits a purpose that it does not declare");
}

Result<std::vector<PurposeLimit>> purpose_limits(note::StatementReader& reader,
                                                 std::string_view key, Policy& policy) {
  TRY(const auto lines, reader.all(key));
  std::vector<PurposeLimit> out;
  for (const std::string& line : lines) {
    const auto words = base::split(line, ' ');
    if (words.size() != 2) return malformed("the limit of a purpose is out of form");
    TRY(Purpose * purpose, declared(policy, words[0]));
    TRY(const std::uint64_t value, base::parse_decimal(words[1]));
    out.push_back({purpose, value});
  }
  return out;
}

Result<void> read_purpose_limits(note::StatementReader& reader, Policy& policy) {
  TRY(const auto bodies, purpose_limits(reader, "purpose-max-body", policy));
  for (const PurposeLimit& limit : bodies) limit.purpose->max_body = limit.value;
  TRY(const auto spans, purpose_limits(reader, "purpose-max-expiry", policy));
  for (const PurposeLimit& limit : spans) {
    TRY(limit.purpose->max_expiry, to_span(limit.value));
  }
  TRY(const auto exempt, reader.all("purpose-no-consent"));
  for (const std::string& name : exempt) {
    TRY(Purpose * purpose, declared(policy, name));
    purpose->asks_consent = false;
  }
  return {};
}

// What holds of the audit log.
Result<void> read_log_rules(note::StatementReader& reader, Policy& policy) {
  TRY(policy.witnesses, reader.all("witness"));
  TRY(const auto quorum, reader.maybe("witness-quorum"));
  if (quorum) {
    TRY(policy.witness_quorum, base::parse_decimal(*quorum));
  }
  TRY(const auto kept, limit_field(reader, "audit-retention"));
  policy.audit_retention = kept.value_or(policy.audit_retention);
  TRY(const auto hold, reader.maybe("audit-hold"));
  policy.audit_hold = hold.has_value();  // another word is not canonical
  return {};
}

const Purpose* find(const Policy& policy, std::string_view name) {
  const auto at = std::find_if(policy.purposes.begin(), policy.purposes.end(),
                               [name](const Purpose& purpose) { return purpose.name == name; });
  return at == policy.purposes.end() ? nullptr : &*at;
}

// The first few.
std::string names_of(const Policy& policy) {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> names;
  for (const Purpose& purpose : policy.purposes) {
    if (names.size() == kShown) break;
    names.push_back(purpose.name);
  }
  if (policy.purposes.size() > kShown) names.emplace_back("...");
  return fmt::format("{}", fmt::join(names, ", "));
}

Error undeclared(const Policy& policy, std::string_view name) {
  Error error{Code::kUsage,
              fmt::format("the policy declares no purpose \"{}\"",
                          text::for_terminal(name.substr(0, kMaxWord))),
              ""};
  if (policy.purposes.empty()) return error;
  const std::string_view word = name.substr(0, kMaxWord);
  const auto nearest = std::min_element(
      policy.purposes.begin(), policy.purposes.end(), [word](const Purpose& a, const Purpose& b) {
        return strangeness(word, a.name) < strangeness(word, b.name);
      });
  if (is_near(word, strangeness(word, nearest->name))) {
    error.hint = fmt::format("did you mean \"{}\"?", nearest->name);
  } else {
    error.hint = "declared are " + names_of(policy);
  }
  return error;
}

}  // namespace

Policy default_policy() {
  Policy policy;
  policy.purposes = {{"general", {"owner", "admin", "member", "custodian"}},
                     {"test", {}},
                     {"test-results", {}},
                     {"appointment-reminder", {}},
                     {"billing", {}}};
  policy.default_expiry = std::chrono::days(30);
  policy.max_expiry = std::chrono::days(365);
  return policy;
}

Result<std::string> format_policy(const Policy& policy, base::Time at,
                                  const std::optional<note::Views>& seen) {
  TRY(check(policy));
  note::StatementBuilder builder("policy");
  for (const Purpose& purpose : policy.purposes) builder.add("purpose", format_purpose(purpose));
  builder.add("max-body", policy.max_body)
      .add("default-expiry", count_seconds(policy.default_expiry))
      .add("max-expiry", count_seconds(policy.max_expiry));
  for (const std::string& role : policy.mfa_roles) builder.add("mfa", role);
  add_limit(builder, "idle-lock", policy.idle_lock);
  add_limit(builder, "passphrase-age", policy.passphrase_age);
  add_limit(builder, "max-staleness", policy.max_staleness);
  add_purpose_limits(builder, policy);
  if (policy.retention != Policy{}.retention) {
    builder.add("retention", count_seconds(policy.retention));
  }
  builder.add_optional("relay-agreement", policy.relay_agreement);
  builder.add_optional("link-page", policy.link_page);
  for (const std::string& vkey : policy.witnesses) builder.add("witness", vkey);
  if (policy.witness_quorum > 0) builder.add("witness-quorum", policy.witness_quorum);
  if (policy.audit_retention != Policy{}.audit_retention) {
    builder.add("audit-retention", count_seconds(policy.audit_retention));
  }
  if (policy.audit_hold) builder.add("audit-hold", "yes");
  return builder.add_time("at", at).add_views(seen).text();
}

Result<Policy> parse_policy(std::string_view text) {
  TRY(auto reader, note::StatementReader::open(text, "policy"));
  Policy policy;
  TRY(const auto lines, reader.all("purpose"));
  for (const std::string& line : lines) policy.purposes.push_back(parse_purpose(line));
  TRY(policy.max_body, reader.number("max-body"));
  TRY(policy.default_expiry, span_field(reader, "default-expiry"));
  TRY(policy.max_expiry, span_field(reader, "max-expiry"));
  TRY(policy.mfa_roles, reader.all("mfa"));
  TRY(policy.idle_lock, limit_field(reader, "idle-lock"));
  TRY(policy.passphrase_age, limit_field(reader, "passphrase-age"));
  TRY(policy.max_staleness, limit_field(reader, "max-staleness"));
  TRY(read_purpose_limits(reader, policy));
  TRY(const auto retention, limit_field(reader, "retention"));
  policy.retention = retention.value_or(policy.retention);
  TRY(policy.relay_agreement, reader.maybe("relay-agreement"));
  TRY(policy.link_page, reader.maybe("link-page"));
  TRY(read_log_rules(reader, policy));
  TRY(const base::Time at, reader.time("at"));
  TRY(const auto seen, reader.views());
  TRY(reader.finish());
  TRY(const std::string again, format_policy(policy, at, seen));
  if (again != text) return malformed("the policy is not in its canonical form");
  return policy;
}

Result<void> check_purpose(const Policy& policy, std::string_view purpose, std::string_view role) {
  const Purpose* found = find(policy, purpose);
  if (found == nullptr) return undeclared(policy, purpose);
  if (found->roles.empty()) return {};
  if (std::find(found->roles.begin(), found->roles.end(), role) != found->roles.end()) return {};
  return Error{
      Code::kDenied,
      fmt::format("the policy lets the role {} send nothing for the purpose {}", role, purpose),
      fmt::format("these roles may: {}", fmt::join(found->roles, ", "))};
}

std::uint64_t max_body_for(const Policy& policy, std::string_view purpose) {
  const Purpose* found = find(policy, purpose);
  if (found == nullptr || !found->max_body) return policy.max_body;
  return std::min(*found->max_body, policy.max_body);
}

milliseconds max_expiry_for(const Policy& policy, std::string_view purpose) {
  const Purpose* found = find(policy, purpose);
  if (found == nullptr || !found->max_expiry) return policy.max_expiry;
  return std::min(*found->max_expiry, policy.max_expiry);
}

milliseconds default_expiry_for(const Policy& policy, std::string_view purpose) {
  return std::min(policy.default_expiry, max_expiry_for(policy, purpose));
}

bool asks_consent(const Policy& policy, std::string_view purpose) {
  const Purpose* found = find(policy, purpose);
  return found == nullptr || found->asks_consent;
}

}  // namespace sealpost::policy
