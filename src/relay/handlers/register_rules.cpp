#include "relay/handlers/register_rules.hpp"

#include <algorithm>

namespace sealpost::relay {
namespace {

constexpr std::string_view kContactPrefix = "c-";
constexpr std::size_t kDigits = 32;

}  // namespace

base::Result<void> check_stream(std::string_view stream) {
  if (stream == "people" || stream == "organisation") return {};
  return base::Error{base::Code::kNotFound, "the register has no such stream", ""};
}

bool is_grant_id(std::string_view text) {
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_contact_id(std::string_view text) {
  return text.starts_with(kContactPrefix) && is_grant_id(text.substr(kContactPrefix.size()));
}

bool may_read_register(const trust::Device& device, const policy::Policy& policy) {
  if (!trust::allowed(device.role, trust::Operation::kReadRegister)) return false;
  if (device.role != trust::Role::kService) return true;
  return std::any_of(device.purposes.begin(), device.purposes.end(), [&](const auto& purpose) {
    return policy::check_purpose(policy, purpose, trust::role_name(device.role)).has_value();
  });
}

base::Result<void> check_register_reader(const trust::Chain& chain, const policy::Policy& policy,
                                         std::string_view device, base::Time now) {
  TRY(const trust::Device* active, chain.active_device(device, now));
  if (may_read_register(*active, policy)) return {};
  return base::Error{base::Code::kDenied, std::string(device) + " may not read the register", ""};
}

}  // namespace sealpost::relay
