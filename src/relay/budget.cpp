#include "relay/budget.hpp"

namespace sealpost::relay {

bool Budget::take(const std::string& name, std::size_t bytes) {
  if (bytes == 0) return true;
  const std::lock_guard lock(mutex_);
  const auto at = by_name_.find(name);
  const std::size_t held = at == by_name_.end() ? 0 : at->second;
  if (bytes > total_ - used_ || bytes > each_ - held) return false;
  by_name_[name] = held + bytes;
  used_ += bytes;
  return true;
}

void Budget::give_back(const std::string& name, std::size_t bytes) {
  if (bytes == 0) return;
  const std::lock_guard lock(mutex_);
  used_ -= bytes;
  const auto at = by_name_.find(name);
  at->second -= bytes;
  if (at->second == 0) by_name_.erase(at);
}

}  // namespace sealpost::relay
