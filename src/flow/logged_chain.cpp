#include "flow/logged_chain.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

namespace sealpost::flow {

base::Result<void> check_logs_entry(const audit::Event& event, const LoggedEntry& entry) {
  const auto number = event.details.find("trust");
  const auto statement = event.details.find("statement");
  const std::string hash = base::to_hex(crypto::sha256(base::as_bytes(entry.entry)));
  if (number != event.details.end() && statement != event.details.end() &&
      number->second == fmt::format("{}", entry.number) && statement->second == hash) {
    return {};
  }
  return base::Error{base::Code::kVerificationFailed,
                     fmt::format("event {} logs another trust chain entry than number {}",
                                 entry.index, entry.number),
                     ""};
}

base::Result<void> LoggedChain::take(std::uint64_t index, const audit::Event& event) {
  if (!event.details.contains("trust")) return {};
  const std::string* entry =
      logged_ < entries_.size() ? &entries_[static_cast<std::size_t>(logged_)] : nullptr;
  LoggedEntry logged{logged_, entry != nullptr ? *entry : std::string(), index};
  TRY(check_logs_entry(event, logged));
  seen_.push_back(std::move(logged));
  ++logged_;
  return {};
}

}  // namespace sealpost::flow
