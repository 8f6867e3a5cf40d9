#include "relay/handlers/handlers.hpp"
#include "relay/unit.hpp"

namespace sealpost::relay {

Change told_first(const Request& request, audit::Event event,
                  std::function<base::Result<Reply>()> answer) {
  return [caller = request.caller, event = std::move(event),
          answer = std::move(answer)](Unit& unit) -> base::Result<Written> {
    TRY(still_active(unit, caller));
    TRY(Reply reply, answer());
    Fact fact{event};
    fact.event.at = unit.now;
    return Written{std::move(reply), Record::of(std::move(fact))};
  };
}

}  // namespace sealpost::relay
