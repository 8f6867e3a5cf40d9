#include "portal/portal.hpp"

#include <algorithm>

#include "portal/assets.hpp"

namespace sealpost::portal {
namespace {

constexpr std::string_view kPlace = "@RELAY@";

std::string filled(std::string_view relay) {
  std::string out;
  std::string_view rest = page_template();
  for (;;) {
    const std::size_t at = rest.find(kPlace);
    out += rest.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += relay;
    rest.remove_prefix(at + kPlace.size());
  }
}

bool is_authority(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-:[]").find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string own_page() { return filled(""); }

base::Result<std::string> page_for(std::string_view relay) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (relay.starts_with(scheme) && is_authority(relay.substr(scheme.size()))) {
      return filled(relay);
    }
  }
  return base::Error{base::Code::kUsage, "the relay's address is not a scheme and a host", ""};
}

}  // namespace sealpost::portal
