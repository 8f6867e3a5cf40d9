// One HTTP exchange behind a seam: what the relay client needs from a network, and no more.
//
// Request bodies are views of at most a blob part (8 MiB), so that every exchange can be repeated
// from the same bytes; response bodies are gathered up to a limit, or streamed to a sink.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/seams.hpp"
#include "base/stream.hpp"

namespace sealpost::client {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Watches a request's body leave.
class BodyWatch {
 public:
  virtual ~BodyWatch() = default;
  // The body is about to leave up to byte `end`, counted from its beginning. May take its time.
  virtual void leaving(std::uint64_t end) = 0;
};

struct Request {
  std::string method;  // GET, POST or PUT
  std::string url;     // absolute
  Headers headers;
  base::ByteView body;             // borrowed for the call
  BodyWatch* watch = nullptr;      // of `body`; borrowed for the call
  std::size_t piece = 0;           // most bytes to send or receive at once; 0: what is fastest
  base::ByteSink* sink = nullptr;  // takes the body of a 206; borrowed for the call
  std::uint64_t max_body = 0;      // bytes of a body that does not go to the sink
  std::uint64_t max_streamed = 0;  // bytes for the sink
  base::milliseconds patience{};   // how long the other side may stay silent
};

struct Response {
  int status = 0;
  base::Bytes body;                          // what did not go to the sink
  std::optional<std::uint64_t> retry_after;  // seconds
};

// One connection, kept alive between exchanges; one thread at a time.
class Transport {
 public:
  virtual ~Transport() = default;
  // The response whatever its status is. kUnreachable when there is none, or not all of it;
  // kVerificationFailed when the server's key is not the pinned one; kMalformed when the body is
  // longer than allowed; kInterrupted; or the sink's own error.
  virtual base::Result<Response> perform(const Request& request) = 0;
  // A second connection to the same place with the same settings, ended by `interrupt`, which must
  // outlive it.
  virtual std::unique_ptr<Transport> another(const base::Interrupt& interrupt) const = 0;
};

}  // namespace sealpost::client
