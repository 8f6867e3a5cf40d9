#include "agent/socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sealpost::agent {
namespace {

using std::chrono::steady_clock;

// sun_path holds 108 bytes. A longer path goes through the open folder, which is always short.
sockaddr_un socket_address(int folder, const Address& address) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  std::string path = (address.folder / address.name).string();
  if (path.size() >= sizeof where.sun_path) {
    path = "/proc/self/fd/" + std::to_string(folder) + "/" + address.name;
  }
  std::memcpy(where.sun_path, path.data(), std::min(path.size(), sizeof where.sun_path - 1));
  return where;
}

base::Fd open_folder(const std::filesystem::path& folder) {
  return base::Fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

base::Fd new_socket() {
  return base::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

bool is_own(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.uid == ::geteuid();
}

base::Result<void> check_private(int folder, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(folder, &status) != 0) return base::errno_error("cannot look at", path);
  if (status.st_uid == ::geteuid() && (status.st_mode & 077U) == 0) return {};
  return base::Error{base::Code::kDenied, path.string() + " is open to others",
                     "it must belong to you, with mode 0700"};
}

base::Error no_agent() { return {base::Code::kLocked, "no agent keeps the key", ""}; }

// Waits until the socket is ready; kTimeout when `until` comes first.
base::Result<void> await(int socket, short event, steady_clock::time_point until) {
  while (true) {
    const auto left = std::chrono::ceil<base::milliseconds>(until - steady_clock::now());
    if (left.count() <= 0)
      return base::Error{base::Code::kTimeout, "the agent does not answer", ""};
    pollfd watched{socket, event, 0};
    const int ready = ::poll(&watched, 1, static_cast<int>(left.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return base::errno_error("cannot wait for the agent");
  }
}

bool must_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

base::Result<base::Fd> listen_at(const Address& address) {
  TRY(base::make_private_folder(address.folder));
  const base::Fd folder = open_folder(address.folder);
  if (!folder) return base::errno_error("cannot open", address.folder);
  TRY(check_private(folder.get(), address.folder));
  ::unlinkat(folder.get(), address.name.c_str(), 0);
  base::Fd socket = new_socket();
  const sockaddr_un where = socket_address(folder.get(), address);
  const mode_t before = ::umask(0177);
  const int bound = ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where);
  ::umask(before);
  if (bound != 0) return base::errno_error("cannot listen in", address.folder);
  if (::listen(socket.get(), 16) != 0) return base::errno_error("cannot listen in", address.folder);
  return socket;
}

base::Result<base::Fd> connect_to(const Address& address) {
  const base::Fd folder = open_folder(address.folder);
  if (!folder) return no_agent();
  base::Fd socket = new_socket();
  const sockaddr_un where = socket_address(folder.get(), address);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
    if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTSOCK) return no_agent();
    if (errno == EAGAIN) return base::Error{base::Code::kTimeout, "the agent does not answer", ""};
    return base::errno_error("cannot ask the agent in", address.folder);
  }
  if (!is_own(socket.get())) {
    return base::Error{base::Code::kDenied, "the agent's socket belongs to somebody else", ""};
  }
  return socket;
}

base::Fd accept_own(int listener) {
  base::Fd caller(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (caller && !is_own(caller.get())) caller.reset();
  return caller;
}

base::Result<void> receive(int socket, std::span<std::uint8_t> out, base::milliseconds limit) {
  const auto until = steady_clock::now() + limit;
  while (!out.empty()) {
    const ssize_t count = ::recv(socket, out.data(), out.size(), 0);
    if (count == 0) return no_agent();
    if (count > 0) {
      out = out.subspan(static_cast<std::size_t>(count));
    } else if (!must_wait()) {
      return errno == ECONNRESET ? no_agent() : base::errno_error("cannot hear the agent");
    } else {
      TRY(await(socket, POLLIN, until));
    }
  }
  return {};
}

base::Result<void> transmit(int socket, base::ByteView bytes, base::milliseconds limit) {
  const auto until = steady_clock::now() + limit;
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (!must_wait()) {
      return errno == EPIPE || errno == ECONNRESET ? no_agent()
                                                   : base::errno_error("cannot tell the agent");
    } else {
      TRY(await(socket, POLLOUT, until));
    }
  }
  return {};
}

}  // namespace sealpost::agent
