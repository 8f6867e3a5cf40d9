// A body that is small enough for memory: collected, checked against its digest, handed to the
// route's handler.
#pragma once

#include "relay/routes.hpp"

namespace sealpost::relay {

class MemoryBody final : public BodySink {
 public:
  // All borrowed; they outlive the sink.
  MemoryBody(Request& request, const Route& route, Engine& engine)
      : request_(&request), route_(&route), engine_(&engine) {}
  ~MemoryBody() override { engine_->body_bytes -= held_; }
  MemoryBody(const MemoryBody&) = delete;
  MemoryBody& operator=(const MemoryBody&) = delete;
  // kBusy when the bodies of all requests together take too much memory.
  base::Result<void> write(base::ByteView bytes) override;
  // kLocked when the signature covers another digest.
  base::Result<Outcome> finish() override;

 private:
  Request* request_;
  const Route* route_;
  Engine* engine_;
  std::size_t held_ = 0;
};

}  // namespace sealpost::relay
