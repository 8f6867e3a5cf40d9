#include "client/endpoint.hpp"

#include "base/encoding.hpp"
#include "text/url.hpp"

namespace sealpost::client {
namespace {

constexpr std::string_view kPinPrefix = "sha256//";
constexpr std::size_t kPinSize = 32;

base::Error usage(std::string_view what, std::string_view hint) {
  return {base::Code::kUsage, std::string(what), std::string(hint)};
}

bool has_extras(const text::Url& url) {
  return !url.user.empty() || !url.password.empty() || !url.query.empty() ||
         !url.fragment.empty() || url.path != "/";
}

base::Result<void> check_url(const std::string& text) {
  constexpr std::string_view kHint = "write it as https://relay.example:8443";
  const auto url = text::parse_url(text);
  if (!url) return usage("the relay's URL is out of form", kHint);
  if (url->scheme != "https" && url->scheme != "http") {
    return usage("the relay's URL is not https", kHint);
  }
  if (has_extras(*url)) return usage("the relay's URL has more than a host and a port", kHint);
  if (url->scheme == "http" && !text::is_loopback(url->host)) {
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
