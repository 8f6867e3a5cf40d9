// A request as handlers see it: routed, its signature checked, its sender known. Values.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/event.hpp"
#include "crypto/sign.hpp"
#include "relay/writer.hpp"
#include "trust/name.hpp"

namespace sealpost::relay {

struct Caller {
  enum class Kind { kNobody, kDevice, kInvitation };
  Kind kind = Kind::kNobody;
  std::string name;  // of the key
  crypto::VerifyKey key{};
  trust::Role role = trust::Role::kMember;
  std::vector<std::string> purposes;  // of a service
  std::string request;                // hex SHA-256 of the request's signature
  std::optional<Nonce> nonce = std::nullopt;
  std::optional<std::string> digest = std::nullopt;  // Content-Digest, when the signature covers it
};

struct Request {
  std::string method;
  std::string route;              // the pattern it matched
  std::vector<std::string> path;  // what stands for the pattern's variables
  std::string query;              // as it came
  Caller caller;
  std::string range;    // the Range header
  std::string address;  // as the relay saw it
  base::Bytes body;
};

// The parameters of a query, each at most once and no others than those named; kMalformed.
class Parameters {
 public:
  static base::Result<Parameters> parse(std::string_view query,
                                        std::initializer_list<std::string_view> known);
  // Absent: `otherwise`. kMalformed for anything but a whole number up to `max`.
  base::Result<std::uint64_t> number(std::string_view name, std::uint64_t otherwise,
                                     std::uint64_t max) const;
  base::Result<std::string> text(std::string_view name) const;  // kMalformed when absent

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// An event that this caller causes now: actor, address and request are filled in.
audit::Event event_of(const Request& request, std::string_view name, base::Time at);
// access.refused, with the route and the code.
Fact refusal_of(const Request& request, const base::Error& error, base::Time at);

}  // namespace sealpost::relay
