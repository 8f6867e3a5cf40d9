#include "flow/entry_places.hpp"

#include <fmt/format.h>

#include "audit/event.hpp"
#include "flow/logged_chain.hpp"

namespace sealpost::flow {

base::Result<std::uint64_t> EntryPlaces::of(std::uint64_t number) {
  if (const auto known = places_.find(number); known != places_.end()) return known->second;
  TRY(const wire::EvidenceList list, relay_.trust_evidence({number}));
  const auto& entries = installation_.chain().entries();
  if (list.items.size() != 1 || number >= entries.size() ||
      list.items[0].statement != entries[static_cast<std::size_t>(number)]) {
    return base::Error{
        base::Code::kVerificationFailed,
        fmt::format("the relay does not show trust chain entry {} in the log", number),
        "do not use this relay until the organisation's owner has found out why"};
  }
  const wire::EvidenceItem& item = list.items[0];
  TRY(proof_.check(item.index, item.leaf));
  TRY(const audit::Event event, audit::parse_leaf(item.leaf));
  TRY(check_logs_entry(event, {number, item.statement, item.index}));
  places_[number] = item.index;
  return item.index;
}

}  // namespace sealpost::flow
