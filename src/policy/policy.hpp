// The organisation's signed policy: which purposes exist, who may use them, how long things live.
// A statement of kind "policy" in the trust chain, sealpost-note(5), STATEMENTS OF THE TRUST CHAIN.
// The chain says who may set it; this module says what it means. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/seams.hpp"
#include "note/statement.hpp"

namespace sealpost::policy {

inline constexpr std::uint64_t kLargestBody = 4 << 20;          // bytes; no policy allows more
inline constexpr std::chrono::hours kLongestExpiry{24 * 3660};  // and every span but the next
inline constexpr std::chrono::hours kLongestRetention{24 * 36600};
inline constexpr std::chrono::hours kShortestRetention{24};
inline constexpr std::size_t kMaxParty = 200;  // bytes
inline constexpr std::size_t kMaxPage = 100;   // bytes of an address
// No policy may lock a device sooner, let a passphrase live shorter, or ask for a view younger than
// clocks that are five minutes apart can tell.
inline constexpr std::chrono::minutes kShortestIdle{1};
inline constexpr std::chrono::hours kShortestPassphraseAge{24};
inline constexpr std::chrono::minutes kShortestStaleness{10};
inline constexpr std::size_t kMaxWitnesses = 16;
// The audit log is evidence: no policy forgets it within a month.
inline constexpr std::chrono::hours kShortestAuditRetention{24 * 30};

struct Purpose {
  std::string name;                // lower-case letters, digits and dashes
  std::vector<std::string> roles;  // names of roles that may send for it; empty means every sender
  std::optional<std::uint64_t> max_body = std::nullopt;  // below what the policy allows in general
  std::optional<base::milliseconds> max_expiry = std::nullopt;
  bool asks_consent = true;  // of contacts; members are asked for none
  bool operator==(const Purpose&) const = default;
};

struct Policy {
  std::vector<Purpose> purposes;        // at least one, in the order in which they are listed
  std::uint64_t max_body = 1 << 20;     // bytes of a message's text, at most kLargestBody
  base::milliseconds default_expiry{};  // of a message, whole seconds, at most max_expiry
  base::milliseconds max_expiry{};      // whole seconds, at most kLongestExpiry
  // Names of roles that the relay lets in only with a fresh one-time code; each once, usually none.
  std::vector<std::string> mfa_roles;
  // Spans of whole seconds; nothing means that the policy sets no limit.
  std::optional<base::milliseconds> idle_lock;       // unused for so long, an open vault is locked
  std::optional<base::milliseconds> passphrase_age;  // an older passphrase is to be changed
  std::optional<base::milliseconds> max_staleness;  // nothing is sent on an older view of the relay
  // How long a contact's record is kept after the last thing that was recorded about it.
  base::milliseconds retention = std::chrono::days(2190);
  // Nothing is sent unless an agreement with this party is in force.
  std::optional<std::string> relay_agreement;
  // Where contacts' links lead, when not to the relay's own page; the "#" comes behind it.
  std::optional<std::string> link_page;
  // Keys of who cosigns the audit log's checkpoints, and how many of them must have before an event
  // counts as logged; 0: none.
  std::vector<std::string> witnesses = {};  // vkeys, each once
  std::uint64_t witness_quorum = 0;         // at most as many as there are
  // How long the relay shows what an event says; and whether nothing is forgotten at all meanwhile.
  base::milliseconds audit_retention = std::chrono::days(2190);
  bool audit_hold = false;
  bool operator==(const Policy&) const = default;
};

// What an organisation starts with: general (for people, not for services), test, test-results,
// appointment-reminder, billing; 30 days by default, a year at most.
Policy default_policy();
// The text of the statement (unsigned), with what its signer had seen of log and trust chain;
// kMalformed when a value cannot be written.
base::Result<std::string> format_policy(const Policy& policy, base::Time at,
                                        const std::optional<note::Views>& seen = std::nullopt);
// Accepts what format_policy writes and nothing else; kMalformed. What its signer had seen is the
// trust chain's to judge.
base::Result<Policy> parse_policy(std::string_view text);

// Whether a sender of this role may send for the purpose. kUsage for an undeclared purpose, naming
// the nearest declared one as hint; kDenied when the role may not use it.
base::Result<void> check_purpose(const Policy& policy, std::string_view purpose,
                                 std::string_view role);

// Whether an address can be that of the page behind contacts' links: https, or http on loopback, no
// query, fragment or user, printable ASCII without spaces, at most kMaxPage bytes. kMalformed,
// saying what is wrong.
base::Result<void> check_page(std::string_view address);

// What holds of a message for this purpose: the narrower of the purpose's limit and the general
// one, which alone holds for a purpose that is not declared.
std::uint64_t max_body_for(const Policy& policy, std::string_view purpose);  // bytes
base::milliseconds max_expiry_for(const Policy& policy, std::string_view purpose);
base::milliseconds default_expiry_for(const Policy& policy, std::string_view purpose);
// Whether a contact must have consented; true for a purpose that is not declared.
bool asks_consent(const Policy& policy, std::string_view purpose);

}  // namespace sealpost::policy
