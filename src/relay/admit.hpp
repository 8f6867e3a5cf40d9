// Who asks, and whether they may: routing, request signature, standing of the key in the trust
// chain, rate, role. Thread-safe.
#pragma once

#include "relay/listen.hpp"
#include "relay/routes.hpp"
#include "wire/signature.hpp"

namespace sealpost::relay {

// What a request says before its body.
struct Head {
  std::string method;
  std::string target;  // path and query, as they came
  wire::SignedHeaders signature;
  std::string forwarded_for;  // X-Forwarded-For
  std::string range;
  Address peer;
};

struct Admission {
  const Route* route = nullptr;  // nothing when there is none
  Request request;               // its caller as far as it is proven
  base::Result<void> verdict;
  std::size_t body_limit = 0;  // bytes of body that this caller may send
  bool too_many = false;       // refused for asking too often
};
Admission admit(const Head& head, Engine& engine);

// For who has a key that the device had before: kKeyReplaced.
base::Error key_replaced();

// Whether the log must say that a device was refused: one without the right, or with a key that is
// not its own any more.
bool is_recorded_refusal(base::Code code);

}  // namespace sealpost::relay
