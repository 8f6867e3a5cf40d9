#include "client/endpoint.hpp"

#include <curl/curl.h>

#include <memory>

#include "base/encoding.hpp"

namespace sealpost::client {
namespace {

constexpr std::string_view kPinPrefix = "sha256//";
constexpr std::size_t kPinSize = 32;

base::Error usage(std::string_view what, std::string_view hint) {
  return {base::Code::kUsage, std::string(what), std::string(hint)};
}

struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlCleanup>;

// Empty when the URL does not have the part.
std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
  return owned.get();
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

bool has_extras(const Url& url) {
  for (const CURLUPart which :
       {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
    if (!part(url, which).empty()) return true;
  }
  return part(url, CURLUPART_PATH) != "/";
}

base::Result<void> check_url(const std::string& text) {
  constexpr std::string_view kHint = "write it as https://relay.example:8443";
  const Url url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return usage("the relay's URL is out of form", kHint);
  }
  const std::string scheme = part(url, CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") return usage("the relay's URL is not https", kHint);
  if (has_extras(url)) return usage("the relay's URL has more than a host and a port", kHint);
  if (scheme == "http" && !is_loopback(part(url, CURLUPART_HOST))) {
    return usage("plain http is only for relays on this machine", kHint);
  }
  return {};
}

base::Result<void> check_pin(const Endpoint& endpoint) {
  constexpr std::string_view kHint = "write it as sha256//<base64>; `relay init` prints it";
  if (endpoint.pin.empty()) return {};
  if (!endpoint.pin.starts_with(kPinPrefix)) return usage("the pin is out of form", kHint);
  const auto hash = base::parse_base64(std::string_view(endpoint.pin).substr(kPinPrefix.size()));
  if (!hash || hash->size() != kPinSize) return usage("the pin is out of form", kHint);
  if (endpoint.url.starts_with("http:")) return usage("a pin needs an https URL", kHint);
  return {};
}

}  // namespace

base::Result<Endpoint> check_endpoint(Endpoint endpoint) {
  if (endpoint.url.ends_with('/')) endpoint.url.pop_back();
  TRY(check_url(endpoint.url));
  TRY(check_pin(endpoint));
  return endpoint;
}

}  // namespace sealpost::client
