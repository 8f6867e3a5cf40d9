#include "relay/http/body.hpp"

#include "wire/signature.hpp"

namespace sealpost::relay {

base::Result<void> MemoryBody::write(base::ByteView bytes) {
  base::append(request_->body, bytes);
  return {};
}

base::Result<Outcome> MemoryBody::finish() {
  const auto& digest = request_->caller.digest;
  if (digest && *digest != wire::content_digest(request_->body)) {
    return base::Error{base::Code::kLocked, "not authenticated: the digest is another", ""};
  }
  return route_->handler(*request_, *engine_);
}

}  // namespace sealpost::relay
