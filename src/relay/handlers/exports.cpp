// Exports: what leaves the system is in the log before it leaves. The relay takes the device's word
// for which messages it has; that it exports at all is what the record is for.
#include <algorithm>

#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "text/uuid.hpp"
#include "wire/messages.hpp"

namespace sealpost::relay {
namespace {

Fact fact_of(const Unit& unit, const Request& request, const wire::Export& exported) {
  audit::Event event = event_of(request, "message.export", unit.now);
  if (exported.messages.size() == 1) {
    event.message = exported.messages.front();
  } else {
    event.objects = exported.messages;
  }
  event.details["recipients"] = base::to_hex(exported.recipients);
  return {std::move(event), std::nullopt};
}

base::Result<void> check(const wire::Export& exported) {
  const auto& ids = exported.messages;
  if (!ids.empty() && std::all_of(ids.begin(), ids.end(),
                                  [](const std::string& id) { return text::is_uuid(id); })) {
    return {};
  }
  return base::Error{base::Code::kMalformed, "an export names the ids of messages", ""};
}

}  // namespace

base::Result<Outcome> post_export(Request& request, Engine&) {
  TRY(wire::Export exported, wire::parse_export(request.body));
  TRY(check(exported));
  const std::string id = exported.id;
  const Change change = [request,
                         exported = std::move(exported)](Unit& unit) -> base::Result<Written> {
    return Written{Reply{}, Record::of(fact_of(unit, request, exported))};
  };
  TRY(Change only, once(request, id, change));
  return Outcome(std::move(only));
}

}  // namespace sealpost::relay
