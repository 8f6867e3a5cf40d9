// Where a relay is, and how it is recognised. Pure, thread-safe.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sealpost::client {

struct Endpoint {
  std::string url;  // https://host[:port], or http:// on loopback; no path
  std::string pin;  // "sha256//<base64>" of the public key; empty: certificate authorities decide
};

// The same without a final slash on its URL. kUsage, with a hint, when the URL has a user, path,
// query or fragment, another scheme, or plain http beyond loopback; or when the pin is out of form
// or has no TLS to pin.
base::Result<Endpoint> check_endpoint(Endpoint endpoint);

}  // namespace sealpost::client
