// A device's journal: what only the device itself can tell, such as that its vault was opened.
// Each entry names the one before it by its hash, so that one that is missing shows, in the journal
// and later in the log. sealpost-events(7), JOURNAL. Pure, thread-safe.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "audit/event.hpp"
#include "crypto/hash.hpp"

namespace sealpost::audit {

// Whether devices may put this event into their journals.
bool is_journal_event(std::string_view name);

// An entry, as the next one and the relay know it; number 0 stands before the first one.
struct JournalLink {
  std::uint64_t number = 0;
  crypto::Digest hash{};  // SHA-256 of the entry
  bool operator==(const JournalLink&) const = default;
};

struct JournalEntry {
  JournalLink before;
  JournalLink self;
  Event event;  // as the device says it: by its clock, without what only the relay knows
};

// The entry of this event behind `before`: a canonical leaf that names it. kMalformed as
// to_leaf(), and for an event that is of no journal.
base::Result<base::Bytes> to_entry(Event event, const JournalLink& before);
base::Result<JournalEntry> parse_entry(base::ByteView entry);  // kMalformed

// The event that the relay logs for an entry: at its own time, with the device's beside it.
// `request` has what the relay knows: time, actor, address, hash of the signature.
Event logged_event(const JournalEntry& entry, Event request);
// The entry that a logged event stands for; nothing when it is none of a journal.
// kVerificationFailed when the hash that it names is not the entry's.
base::Result<std::optional<JournalEntry>> entry_of(const Event& logged);

// Whether a canonical leaf may be of interest to a JournalWatch, without parsing it.
bool may_be_of_journal(std::string_view leaf);

// Follows the journals of all devices through a log, from its first event or from a later one.
class JournalWatch {
 public:
  explicit JournalWatch(bool from_start = true) : from_start_(from_start) {}
  // Events in the order of the log; those of other matters are none of its business.
  // kVerificationFailed for an entry that is another than it names, or that does not follow the
  // last one of its device while no journal.break before it says so.
  base::Result<void> take(const Event& logged);
  std::uint64_t breaks() const { return breaks_; }  // that the log tells of

 private:
  bool from_start_;
  std::uint64_t breaks_ = 0;
  std::map<std::string, JournalLink> heads_;
  std::set<std::string> broken_;  // devices whose next entry may be any
};

}  // namespace sealpost::audit
