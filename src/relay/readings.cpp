#include "relay/readings.hpp"

#include <algorithm>

namespace sealpost::relay {
namespace {

constexpr std::chrono::hours kQueryPause{1};
constexpr std::chrono::minutes kCopyPause{10};
constexpr std::size_t kMaxPlaces = 1024;

std::string key_of(const std::string& device, const std::string& filter) {
  return device + "\n" + filter;
}

}  // namespace

// The longest unused one goes: its reading is told of again.
void Readings::keep(Places& places, const std::string& key, Place place) {
  places[key] = place;
  if (places.size() <= kMaxPlaces) return;
  const auto oldest =
      std::min_element(places.begin(), places.end(),
                       [](const auto& a, const auto& b) { return a.second.at < b.second.at; });
  places.erase(oldest);
}

bool Readings::page_goes_on(const std::string& device, const std::string& filter,
                            std::optional<std::uint64_t> after, base::milliseconds now) {
  const std::lock_guard lock(mutex_);
  const auto at = queries_.find(key_of(device, filter));
  return after && at != queries_.end() && at->second.index == *after &&
         now - at->second.at < kQueryPause;
}

bool Readings::query_goes_on(const std::string& device, const std::string& filter,
                             const std::string& id, std::uint64_t first, base::milliseconds now) {
  const std::lock_guard lock(mutex_);
  const auto at = begun_.find(key_of(device, filter) + "\n" + id);
  const bool known = !id.empty() && at != begun_.end() && first >= at->second.index &&
                     now - at->second.at < kQueryPause;
  if (known) at->second.at = now;
  return known;
}

void Readings::query_began(const std::string& device, const std::string& filter,
                           const std::string& id, std::uint64_t first, base::milliseconds now) {
  const std::lock_guard lock(mutex_);
  if (!id.empty()) keep(begun_, key_of(device, filter) + "\n" + id, {first, now});
}

void Readings::page_ended(const std::string& device, const std::string& filter, std::uint64_t next,
                          base::milliseconds now) {
  const std::lock_guard lock(mutex_);
  keep(queries_, key_of(device, filter), {next, now});
}

bool Readings::copy_goes_on(const std::string& device, std::uint64_t first,
                            base::milliseconds now) {
  const std::lock_guard lock(mutex_);
  const auto at = copies_.find(device);
  if (at == copies_.end() || first < at->second.index || now - at->second.at >= kCopyPause) {
    return false;
  }
  at->second.at = now;
  return true;
}

void Readings::copy_began(const std::string& device, std::uint64_t first, base::milliseconds now) {
  const std::lock_guard lock(mutex_);
  keep(copies_, device, {first, now});
}

}  // namespace sealpost::relay
