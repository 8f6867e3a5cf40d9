#include <algorithm>

#include "policy/policy.hpp"
#include "text/url.hpp"

namespace sealpost::policy {
namespace {

base::Error malformed(std::string text) {
  return {base::Code::kMalformed, "the address of the page " + std::move(text), ""};
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
  const auto url = text::parse_url(std::string(page));
  if (url && page.starts_with("https://")) return {};
  if (url && page.starts_with("http://") && text::is_loopback(url->host)) return {};
  return malformed("does not begin with https://");
}

}  // namespace sealpost::policy
