// Requests that must not be done twice although their answers may get lost: the device chooses an
// id, and what it brings again under it gets the first answer.
#include "relay/handlers/handlers.hpp"
#include "relay/unit.hpp"
#include "text/uuid.hpp"

namespace sealpost::relay {

base::Result<Change> once(const Request& request, std::string id, Change change) {
  if (!text::is_uuid(id)) return base::Error{base::Code::kMalformed, "an id that is none", ""};
  crypto::Sha256 hash;
  hash.update(base::as_bytes(request.route + "\n"));
  hash.update(request.body);
  return Change([caller = request.caller, id = std::move(id), asked = hash.finish(),
                 change = std::move(change)](Unit& unit) -> base::Result<Written> {
    TRY(still_active(unit, caller));
    TRY(std::optional<StoredAnswer> before, unit.store.answer(caller.name, id));
    if (before && before->asked != asked) {
      return base::Error{base::Code::kConflict, "something else was asked under this id", ""};
    }
    if (before && before->answer.empty()) return Written{Reply{}, Record::repeat()};
    if (before) return Written{cbor(std::move(before->answer)), Record::repeat()};
    TRY(Written written, change(unit));
    TRY(unit.store.keep_answer(caller.name, id, {asked, written.reply.body}, unit.now));
    return written;
  });
}

}  // namespace sealpost::relay
