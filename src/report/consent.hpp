// Grants, revocations and pauses of consent as they leave and enter the register: opened, without
// keys. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "register/contact.hpp"

namespace sealpost::report {

// A file that proves something: what can be checked without its content.
using Evidence = reg::FileFacts;

// Why a grant may be in force for nothing.
inline constexpr std::string_view kReasons[] = {"not-yet", "expired", "revoked", "paused",
                                                "removed"};

struct Grant {
  std::string id;       // of its record; empty in a list that people wrote
  std::string contact;  // id in the register, or alias
  std::vector<std::string> purposes;
  std::vector<std::string> channels;
  std::string method;
  std::optional<base::Time> effective;
  std::optional<base::Time> expires;
  std::optional<Evidence> evidence;
  std::optional<crypto::Digest> disclosure;
  std::string language;
  std::string version;
  bool warned = false;
  std::string witness;
  std::string note;
  std::vector<std::string> after;  // ids of revocations
  // When it was logged, and by which device; of one that came in a list what that said.
  std::optional<base::Time> recorded;
  std::string by;
  bool active = true;   // in force when it was written, for one purpose and channel at least
  std::string because;  // why it was not, one of kReasons; empty when nobody says
  std::optional<base::Time> ended;  // in FHIR: when it became inactive
  bool operator==(const Grant&) const = default;
};

struct Revocation {
  std::string id;
  std::string contact;
  std::vector<std::string> purposes;  // empty: all
  std::vector<std::string> channels;  // empty: all
  std::string word;
  std::string channel;  // by which it came
  std::optional<base::Time> received;
  std::optional<base::Time> recorded;
  std::string by;
  bool active = true;  // no grant knows of it
  bool operator==(const Revocation&) const = default;
};

// Words that were not clear, and what somebody decided that they mean.
struct Pause {
  std::string id;
  std::string contact;
  std::string word;
  std::string channel;  // by which they came
  std::optional<base::Time> received;
  std::optional<base::Time> recorded;
  std::string by;
  bool active = true;    // nobody has decided
  std::string decision;  // "dismiss", "revoke"; empty while nobody has
  std::optional<base::Time> decided;
  std::string decided_by;
  bool operator==(const Pause&) const = default;
};

using Consent = std::variant<Grant, Revocation, Pause>;

// Everything that the contact granted and revoked, and what paused it, in the order of the log,
// under the name `contact` (its id, or alias). `key` opens what is sealed; null when it is gone,
// and then that stays out. kVerificationFailed when something does not open.
base::Result<std::vector<Consent>> consents_of(const reg::Contact& source, std::string_view contact,
                                               const reg::ContactKey* key, base::Time now);
// Whether it could be recorded: kMalformed, with a sentence, when it could not.
base::Result<void> check(const Consent& consent);

}  // namespace sealpost::report
