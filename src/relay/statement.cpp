#include "relay/statement.hpp"

namespace sealpost::relay {

base::Result<std::string> sign_receipt(receipt::Receipt what, const Unit& unit) {
  what.by = unit.log_key.name();
  what.at = unit.now;
  what.log = unit.log;
  what.trust = unit.directory.view();
  TRY(const std::string text, receipt::format(what));
  return note::sign(text, unit.log_key);
}

}  // namespace sealpost::relay
