#include "relay/http/body.hpp"

#include "wire/signature.hpp"

namespace sealpost::relay {
namespace {

constexpr std::size_t kMaxBodies = 256 << 20;  // bytes

}  // namespace

base::Result<void> MemoryBody::write(base::ByteView bytes) {
  held_ += bytes.size();
  if ((engine_->body_bytes += bytes.size()) > kMaxBodies) {
    return base::Error{base::Code::kBusy, "the relay has too much to do", "try again in a moment"};
  }
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
