#include <algorithm>

#include "policy/policy.hpp"

namespace sealpost::policy {
namespace {

base::Error malformed(std::string text) {
  return {base::Code::kMalformed, "the address of the page " + std::move(text), ""};
}

// A port and a path may follow, but no more of a name.
bool on_loopback(std::string_view rest) {
  for (const std::string_view host : {"127.0.0.1", "[::1]", "localhost"}) {
    if (!rest.starts_with(host)) continue;
    const std::string_view behind = rest.substr(host.size());
    if (behind.empty() || behind.front() == ':' || behind.front() == '/') return true;
  }
  return false;
}

}  // namespace

base::Result<void> check_page(std::string_view page) {
  if (page.size() > kMaxPage) return malformed("is longer than 100 bytes");
  const bool printable = std::all_of(page.begin(), page.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '"' && c != '<' && c != '>' && c != '\\';
  });
  if (!printable) return malformed("has characters that no address has");
  if (page.find_first_of("?#@") != std::string_view::npos) {
    return malformed("has a query, a fragment or a user");
  }
  constexpr std::string_view kSecure = "https://";
  constexpr std::string_view kPlain = "http://";
  if (page.starts_with(kSecure) && page.size() > kSecure.size()) return {};
  if (page.starts_with(kPlain) && on_loopback(page.substr(kPlain.size()))) return {};
  return malformed("does not begin with https://");
}

}  // namespace sealpost::policy
