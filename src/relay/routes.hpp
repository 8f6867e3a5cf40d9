// The table of routes: who may ask what, how much they may send, and who answers.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "relay/engine.hpp"
#include "relay/request.hpp"

namespace sealpost::relay {

// Where the bytes of a body go while they arrive.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual base::Result<void> write(base::ByteView bytes) = 0;
  // Called once after the last byte.
  virtual base::Result<Outcome> finish() = 0;
};

enum class Access {
  kAnyone,
  kLoopback,   // from this machine, not through a proxy
  kBootstrap,  // a device, or anyone while the chain is empty
  kInvitation,
  kNewcomer,  // a device or an invitation
  kDevice,
};

using Handler = base::Result<Outcome> (*)(Request&, Engine&);
using SinkOpener = base::Result<std::unique_ptr<BodySink>> (*)(const Request&, Engine&);

struct Route {
  std::string_view method;
  std::string_view pattern;  // "{}" stands for one segment, a final "**" for all that follow
  Access access;
  // A device's role must allow one of them; none: every role.
  std::array<std::optional<trust::Operation>, 3> operations;
  std::size_t body_limit;          // bytes
  Handler handler;                 // with the whole body in memory
  SinkOpener open_sink = nullptr;  // or as it arrives
  bool before_code = false;        // also for a device that owes a one-time code
};

struct Match {
  const Route* route;
  std::vector<std::string> path;
};

std::span<const Route> routes();
// kNotFound when no route has this path, kUsage when one has but not with this method.
base::Result<Match> find_route(std::string_view method, std::string_view path);

}  // namespace sealpost::relay
