// What the people stream says of one contact: the fold of its records in their order, and what
// follows from it. sealpost-register(5), RECORDS and CONSENT. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/seams.hpp"
#include "register/personal.hpp"
#include "register/record.hpp"

namespace sealpost::reg {

inline constexpr std::size_t kMaxGrants = 2000;  // of one contact; further ones count for nothing

// Where in the log a record stands, and by whom.
struct Position {
  std::uint64_t entry = 0;  // number in its stream
  std::uint64_t leaf = 0;   // index of the event that logs it
  base::Time at;            // of that event
  std::string by;           // device
  bool operator==(const Position&) const = default;
};

struct Granted {
  GrantRecord record;
  Position where;
};
struct Revoked {
  RevokeRecord record;
  Position where;
};
struct Paused {
  PauseRecord record;
  Position where;
  std::optional<Position> decided;
  bool revoked = false;  // by the decision
};

// A change between being there and being removed.
struct Removal {
  bool removed = false;
  Position where;
};

struct Contact {
  std::string id;
  Personal personal;      // empty values left out; empty when the key is gone
  Position added;         // the first record
  Position changed;       // the last one
  base::Time recorded;    // when something other than a removal or a hold was last recorded
  bool removed = false;   // by the last of the removals
  bool shredded = false;  // removed for good
  std::vector<Removal> removals;
  std::string hold;  // why it may not be shredded; empty when nothing holds it
  std::vector<Granted> grants;
  std::vector<Revoked> revocations;
  std::vector<Paused> pauses;
  std::string alias() const;  // empty when it has none
};

// Applies one record about this contact; the first is of type contact, and a contact without an id
// takes that of its first record. `personal` is what its sealed fields say, opened by the caller;
// nothing when there are none, or the key is gone. kVerificationFailed, and the contact stays as it
// was, for a record of another contact or of none, an id that was used before, a grant that knows
// of a revocation that is not there or is one too many, or a decision on no pause.
base::Result<void> apply(Contact& contact, const Record& record,
                         const std::optional<Personal>& personal, const Position& where);
// The contact that a record is about; empty for epochs and disclosures.
std::string_view contact_of(const Record& record);

// For the vault. decode() fails with kMalformed.
base::Bytes encode(const Contact& contact);
base::Result<Contact> decode_contact(base::ByteView bytes);

enum class Leave {
  kGranted,
  kNever,    // no grant covers this
  kNotYet,   // one does, later
  kExpired,  // one did
  kRevoked,  // one did, and was revoked; or none did, and a revocation covers it
  kPaused,   // an ambiguous word waits for a person
  kGone,     // the contact is removed
};
struct Status {
  Leave leave = Leave::kNever;
  std::string grant;       // the id of the one that decided, if one did
  std::string revocation;  // with kRevoked
  std::string pause;       // with kPaused
  std::optional<base::Time>
      until;  // with kGranted the end, if it has one; with kNotYet the beginning
  std::optional<base::Time> since;  // when what was decided began to be so
};
// For one purpose and channel, as of a time: by what had been logged until then. An empty channel
// asks whether any channel has leave, and answers for the best.
Status status(const Contact& contact, std::string_view purpose, std::string_view channel,
              base::Time when);

// Why this one grant of the contact is in force for none of its purposes and channels: one of the
// codes of Decision, below. Empty when it is.
std::string_view why_not(const Contact& contact, const Granted& granted, base::Time when);
// Whether it is, so that status() could name it.
bool in_force(const Contact& contact, const Granted& granted, base::Time when);
// Whether no grant of the contact knows of this revocation of it.
bool stands(const Contact& contact, const Revoked& revoked);

// What a grant of these purposes and channels, made now, names in its `after`: the newest
// revocation that covers any of them, which stands for those before.
std::vector<std::string> known_revocations(const Contact& contact, const GrantRecord& grant);
// Those that it is the first to override: they cover something of it, and no grant of that knows of
// them. In their order.
std::vector<Revoked> newly_overridden(const Contact& contact, const GrantRecord& grant);

// The gate: everything that writes to a contact asks here. `exempt`: the policy asks no leave for
// this purpose, but one who has revoked, or is paused or removed, is not written to all the same.
struct Decision {
  bool allowed = false;
  std::string code;  // "granted", "exempt", "no-grant", "not-yet", "expired", "revoked", "paused",
                     // "removed"
  std::string reason;  // one sentence without the contact's name, no full stop
  Status status;
};
Decision decide(const Contact& contact, std::string_view purpose, std::string_view channel,
                base::Time when, bool exempt);

// When a contact may be shredded: `retention` after the last thing that was recorded of it, its
// removal aside, or was in force. Nothing in the way: empty. Otherwise why not, in a sentence.
std::string against_shredding(const Contact& contact, base::milliseconds retention, base::Time now);

}  // namespace sealpost::reg
