// Journals of devices: what they say about themselves goes into the log in the order of its
// numbers, and where a number is left out, or an entry follows another one than the last, the log
// says that.
#include "audit/journal.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

using audit::JournalEntry;
using audit::JournalLink;

// The entries of the caller, each behind the other.
base::Result<std::vector<JournalEntry>> open(const wire::JournalBatch& batch,
                                             const Caller& caller) {
  std::vector<JournalEntry> out;
  for (const std::string& text : batch.entries) {
    TRY(JournalEntry entry, audit::parse_entry(base::as_bytes(text)));
    if (entry.event.actor != caller.name || (!out.empty() && entry.before != out.back().self)) {
      return base::Error{base::Code::kMalformed, "entries that are no part of a journal", ""};
    }
    out.push_back(std::move(entry));
  }
  if (!out.empty()) return out;
  return base::Error{base::Code::kMalformed, "no entry of a journal", ""};
}

Fact break_of(const Unit& unit, const Caller& caller, const JournalLink& last,
              const JournalEntry& next) {
  audit::Event event;
  event.at = unit.now;
  event.event = "journal.break";
  event.actor = unit.log_key.name();
  event.objects = {caller.name};
  event.outcome = audit::Outcome::kFailed;
  event.details = {{"last", std::to_string(last.number)},
                   {"next", std::to_string(next.self.number)},
                   {"last-entry", base::to_hex(last.hash)},
                   {"previous", base::to_hex(next.before.hash)}};
  return {std::move(event), std::nullopt};
}

// Behind the entry that was the last; in an answer that got lost the device has not seen it taken.
std::size_t first_new(const std::vector<JournalEntry>& entries, const JournalLink& last) {
  const auto same = [&](const JournalEntry& entry) { return entry.self == last; };
  const auto at = std::find_if(entries.begin(), entries.end(), same);
  return at == entries.end() ? 0 : static_cast<std::size_t>(at - entries.begin()) + 1;
}

base::Result<Written> take(const Request& request, const std::vector<JournalEntry>& entries,
                           Unit& unit) {
  TRY(still_active(unit, request.caller));
  TRY(const JournalLink last, unit.store.reads().journal(request.caller.name));
  const std::size_t first = first_new(entries, last);
  if (first == entries.size()) return Written{Reply{}, Record::repeat()};
  std::vector<Fact> facts;
  if (first == 0 && entries.front().before != last) {
    facts.push_back(break_of(unit, request.caller, last, entries.front()));
  }
  for (std::size_t i = first; i < entries.size(); ++i) {
    const std::string& name = entries[i].event.event;
    facts.push_back(
        {audit::logged_event(entries[i], event_of(request, name, unit.now)), std::nullopt});
  }
  TRY(unit.store.set_journal(request.caller.name, entries.back().self));
  return Written{Reply{}, Record::of(std::move(facts))};
}

}  // namespace

base::Result<Outcome> post_journal(Request& request, Engine&) {
  TRY(const wire::JournalBatch batch, wire::parse_journal(request.body));
  TRY(std::vector<JournalEntry> entries, open(batch, request.caller));
  return Outcome(
      Change([request, entries = std::move(entries)](Unit& unit) -> base::Result<Written> {
        return take(request, entries, unit);
      }));
}

}  // namespace sealpost::relay
