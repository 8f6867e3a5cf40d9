// Where the relay listens: numeric addresses and the socket behind them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <string_view>

#include "base/file.hpp"

namespace sealpost::relay {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool loopback() const;
  std::string host() const;  // numeric, without brackets
  std::uint16_t port() const;
};

// "127.0.0.1:8443", "[::1]:8443"; kUsage otherwise.
base::Result<Address> parse_address(std::string_view text);
Address address_of(const sockaddr& raw);  // IPv4 or IPv6, otherwise empty

// A listening socket; kConflict when the address is taken, kDenied when it may not be used.
base::Result<base::Fd> listen_on(const Address& address);
base::Result<std::uint16_t> bound_port(const base::Fd& socket);

}  // namespace sealpost::relay
