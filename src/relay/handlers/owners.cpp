#include "relay/handlers/owners.hpp"

#include <vector>

#include "relay/handlers/handlers.hpp"

namespace sealpost::relay {

base::Result<bool> has_owner(const Unit& unit, std::string_view except) {
  std::vector<std::string> standing;
  unit.directory.read([&](const trust::Chain& chain) {
    return trust::has_owner(chain, unit.now, [&](const std::string& device) {
      if (device != except) standing.push_back(device);
      return true;
    });
  });
  for (const std::string& device : standing) {
    TRY(const bool ordered, is_ordered_wiped(unit.store.reads(), unit.directory, device));
    if (!ordered) return true;
  }
  return false;
}

base::Error last_owner() {
  return {base::Code::kConflict, "this would leave the organisation without an owner",
          "make another owner first"};
}

}  // namespace sealpost::relay
