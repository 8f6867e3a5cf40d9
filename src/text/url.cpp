#include "text/url.hpp"

#include <curl/curl.h>

#include <memory>

namespace sealpost::text {
namespace {

struct Cleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Handle = std::unique_ptr<CURLU, Cleanup>;

std::string part(const Handle& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
  return owned.get();
}

}  // namespace

std::optional<Url> parse_url(const std::string& text) {
  const Handle url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return std::nullopt;
  }
  return Url{part(url, CURLUPART_SCHEME),  part(url, CURLUPART_USER), part(url, CURLUPART_PASSWORD),
             part(url, CURLUPART_HOST),    part(url, CURLUPART_PATH), part(url, CURLUPART_QUERY),
             part(url, CURLUPART_FRAGMENT)};
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

}  // namespace sealpost::text
