// Stops that contacts gave through links: each is recorded by the leaf that is noted for it. That
// none is missing, the log's turn has said.
#include <algorithm>

#include "audit/event.hpp"
#include "relay/fsck/examination.hpp"

namespace sealpost::relay {
namespace {

bool is_recorded(base::ByteView leaf, const std::string& contact, const std::string& purpose) {
  const auto event = audit::parse_leaf(leaf);
  return event && event->event == "consent.stop" && event->purpose == purpose &&
         std::find(event->objects.begin(), event->objects.end(), contact) != event->objects.end();
}

}  // namespace

base::Result<void> check_stops(Examination& all) {
  TRY(Query query, all.db.query("SELECT s.contact, s.purpose, l.leaf FROM stops s LEFT JOIN leaves "
                                "l ON l.id = s.leaf WHERE s.lift = 0 ORDER BY s.id"));
  for (;;) {
    TRY(const bool more, query.step());
    if (!more) return {};
    const std::string contact = query.text(0);
    if (!is_recorded(query.bytes(2), contact, query.text(1))) {
      TRY(all.damage(Part::kStop, contact, "the leaf that is noted for it does not record it"));
    }
    TRY(all.passed(contact.size()));
  }
}

}  // namespace sealpost::relay
