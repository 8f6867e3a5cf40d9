#include "audit/journal.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/encoding.hpp"
#include "text/time.hpp"

namespace sealpost::audit {
namespace {

constexpr std::array<std::string_view, 7> kOfDevices{
    "audit.mirror-export", "audit.mirror-query", "device.unlock",  "device.unlock-failed",
    "key.backup",          "message.view",       "register.export"};

// Details of an entry and of the event that the relay makes of it.
constexpr const char* kNumber = "journal";
constexpr const char* kPrevious = "previous";
constexpr const char* kEntry = "entry";
constexpr const char* kSaid = "said-at";

base::Error malformed(std::string text) { return {base::Code::kMalformed, std::move(text), ""}; }

base::Result<std::string> detail(const Event& event, const char* name) {
  const auto found = event.details.find(name);
  if (found != event.details.end()) return found->second;
  return malformed(std::string("an entry of a journal without \"") + name + "\"");
}

base::Result<JournalLink> before(const Event& event) {
  TRY(const std::string number, detail(event, kNumber));
  TRY(const std::string previous, detail(event, kPrevious));
  const auto parsed = base::parse_decimal(number, INT64_MAX);
  if (!parsed || *parsed == 0) return malformed("an entry of a journal that is not numbered");
  TRY(const base::Bytes bytes, base::parse_hex(previous));
  TRY(const crypto::Digest hash, crypto::digest_from(bytes));
  return JournalLink{*parsed - 1, hash};
}

}  // namespace

bool is_journal_event(std::string_view name) {
  return std::find(kOfDevices.begin(), kOfDevices.end(), name) != kOfDevices.end();
}

base::Result<base::Bytes> to_entry(Event event, const JournalLink& before) {
  if (!is_journal_event(event.event)) return malformed("no event of a journal: " + event.event);
  event.details[kNumber] = std::to_string(before.number + 1);
  event.details[kPrevious] = base::to_hex(before.hash);
  return to_leaf(event);
}

base::Result<JournalEntry> parse_entry(base::ByteView entry) {
  JournalEntry out;
  TRY(out.event, parse_leaf(entry));
  const Event& event = out.event;
  const bool of_device = is_journal_event(event.event) && event.address.empty() &&
                         event.request.empty() && !event.details.contains(kEntry) &&
                         !event.details.contains(kSaid);
  if (!of_device) return malformed("an entry of a journal that says what only the relay knows");
  TRY(out.before, before(event));
  out.self = {out.before.number + 1, crypto::sha256(entry)};
  return out;
}

Event logged_event(const JournalEntry& entry, Event request) {
  Event out = entry.event;
  out.at = request.at;
  out.actor = std::move(request.actor);
  out.address = std::move(request.address);
  out.request = std::move(request.request);
  out.details[kSaid] = text::format_time(entry.event.at);
  out.details[kEntry] = base::to_hex(entry.self.hash);
  return out;
}

base::Result<std::optional<JournalEntry>> entry_of(const Event& logged) {
  if (!is_journal_event(logged.event)) return std::optional<JournalEntry>();
  TRY(const std::string said, detail(logged, kSaid));
  TRY(const std::string hash, detail(logged, kEntry));
  Event event = logged;
  TRY(event.at, text::parse_time(said));
  event.address.clear();
  event.request.clear();
  event.details.erase(kSaid);
  event.details.erase(kEntry);
  TRY(const base::Bytes leaf, to_leaf(event));
  TRY(JournalEntry entry, parse_entry(leaf));
  if (base::to_hex(entry.self.hash) == hash) return std::optional(std::move(entry));
  return base::Error{base::Code::kVerificationFailed,
                     "an event is not the entry of the journal that it names", ""};
}

bool may_be_of_journal(std::string_view leaf) {
  // Without the quote in front, at which a search would stop too often.
  constexpr std::string_view kStem = "journal";
  for (std::size_t at = leaf.find(kStem); at != leaf.npos; at = leaf.find(kStem, at + 1)) {
    const std::string_view behind = leaf.substr(at + kStem.size());
    if (behind.starts_with("\":") || behind.starts_with(".break\"")) return true;
  }
  return false;
}

base::Result<void> JournalWatch::take(const Event& logged) {
  if (logged.event == "journal.break") {
    ++breaks_;
    broken_.insert(logged.objects.begin(), logged.objects.end());
    return {};
  }
  TRY(const auto entry, entry_of(logged));
  if (!entry) return {};
  const bool known = from_start_ || heads_.contains(logged.actor);
  const bool may_be_any = broken_.erase(logged.actor) > 0 || !known;
  const JournalLink last = std::exchange(heads_[logged.actor], entry->self);
  if (may_be_any || entry->before == last) return {};
  return base::Error{base::Code::kVerificationFailed,
                     "the journal of " + logged.actor + " goes from entry " +
                         std::to_string(last.number) + " to entry " +
                         std::to_string(entry->self.number) + ", and the log does not say why",
                     ""};
}

}  // namespace sealpost::audit
