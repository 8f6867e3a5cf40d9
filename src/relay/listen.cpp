#include "relay/listen.hpp"

#include <arpa/inet.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/bytes.hpp"

namespace sealpost::relay {
namespace {

constexpr int kBacklog = 1024;

// sockaddr and its relatives are laid out to be viewed as each other.
template <typename T>
T& as(Address& address) {
  return reinterpret_cast<T&>(address.storage);
}
template <typename T>
const T& as(const Address& address) {
  return reinterpret_cast<const T&>(address.storage);
}

}  // namespace

bool Address::loopback() const {
  if (storage.ss_family == AF_INET) {
    return ntohl(as<sockaddr_in>(*this).sin_addr.s_addr) >> 24 == 127;
  }
  if (storage.ss_family != AF_INET6) return false;
  const in6_addr& six = as<sockaddr_in6>(*this).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
}

std::string Address::host() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  const bool four = storage.ss_family == AF_INET;
  if (!four && storage.ss_family != AF_INET6) return {};
  const void* raw = four ? static_cast<const void*>(&as<sockaddr_in>(*this).sin_addr)
                         : static_cast<const void*>(&as<sockaddr_in6>(*this).sin6_addr);
  const char* text = inet_ntop(storage.ss_family, raw, out.data(), out.size());
  return text == nullptr ? std::string() : std::string(text);
}

std::uint16_t Address::port() const {
  if (storage.ss_family == AF_INET) return ntohs(as<sockaddr_in>(*this).sin_port);
  return ntohs(as<sockaddr_in6>(*this).sin6_port);
}

base::Result<Address> parse_address(std::string_view text) {
  const base::Error wrong{base::Code::kUsage, "not an address to listen on",
                          "write 127.0.0.1:8443 or [::1]:8443"};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  const auto port = base::parse_decimal(text.substr(colon + 1), 65535);
  if (!port) return wrong;
  std::string host(text.substr(0, colon));
  Address out;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    auto& six = as<sockaddr_in6>(out);
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(static_cast<std::uint16_t>(*port));
    if (inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) != 1) return wrong;
    out.size = sizeof six;
    return out;
  }
  auto& four = as<sockaddr_in>(out);
  four.sin_family = AF_INET;
  four.sin_port = htons(static_cast<std::uint16_t>(*port));
  if (inet_pton(AF_INET, host.c_str(), &four.sin_addr) != 1) return wrong;
  out.size = sizeof four;
  return out;
}

Address address_of(const sockaddr& raw) {
  Address out;
  if (raw.sa_family == AF_INET) out.size = sizeof(sockaddr_in);
  if (raw.sa_family == AF_INET6) out.size = sizeof(sockaddr_in6);
  std::memcpy(&out.storage, &raw, out.size);
  return out;
}

base::Result<base::Fd> listen_on(const Address& address) {
  base::Fd socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return base::errno_error("cannot open a socket");
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const std::string where = address.host() + ":" + std::to_string(address.port());
  const auto* raw = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::bind(socket.get(), raw, address.size) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    const int why = errno;
    base::Error error = base::errno_error("cannot listen on", where);
    if (why == EADDRINUSE) error.code = base::Code::kConflict;
    return error;
  }
  return socket;
}

base::Result<std::uint16_t> bound_port(const base::Fd& socket) {
  Address address;
  address.size = sizeof address.storage;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address.storage), &address.size) !=
      0) {
    return base::errno_error("cannot ask for the port");
  }
  return address.port();
}

}  // namespace sealpost::relay
