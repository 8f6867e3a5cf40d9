// Unix sockets at paths of any length, between processes of one user. Thread-safe.
#pragma once

#include "agent/agent.hpp"

namespace sealpost::agent {

// Listens at the address; replaces a file left there. The folder is made (0700) and must be ours
// and closed to others: kDenied otherwise.
base::Result<base::Fd> listen_at(const Address& address);
// kLocked when nobody listens; kDenied when it is not a process of this user.
base::Result<base::Fd> connect_to(const Address& address);
// The next caller that is a process of this user, or nothing when it is none.
base::Fd accept_own(int listener);

// Exactly out.size() bytes, or all of `bytes`, before the time is up: kTimeout; kLocked when the
// other side ends the conversation early.
base::Result<void> receive(int socket, std::span<std::uint8_t> out, base::milliseconds limit);
base::Result<void> transmit(int socket, base::ByteView bytes, base::milliseconds limit);

}  // namespace sealpost::agent
