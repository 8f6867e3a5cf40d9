#include "relay/http/crowd.hpp"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <iterator>

namespace sealpost::relay {

std::size_t allow_connections(std::size_t wanted, std::size_t others) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur < wanted + others) {
    limit.rlim_cur = std::min<rlim_t>(wanted + others, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  const std::size_t files = limit.rlim_cur;
  return std::min(wanted, files > others ? files - others : files / 2);
}

void Crowd::forget_silence(Guest& guest, Standing next) {
  if (guest.standing == Standing::kSilent) silent_.erase(guest.place);
  guest.standing = next;
}

void Crowd::arrived(const void* key, int socket) {
  const std::lock_guard lock(mutex_);
  silent_.push_back(key);
  guests_[key] = {socket, Standing::kSilent, std::prev(silent_.end())};
  if (guests_.size() - leaving_ <= limit_ || silent_.size() < 2) return;
  Guest& oldest = guests_.at(silent_.front());
  forget_silence(oldest, Standing::kLeaving);
  ++leaving_;
  // The thread that serves it sees the end of the connection and does the rest.
  ::shutdown(oldest.socket, SHUT_RDWR);
}

void Crowd::proven(const void* key) {
  const std::lock_guard lock(mutex_);
  const auto guest = guests_.find(key);
  if (guest == guests_.end() || guest->second.standing != Standing::kSilent) return;
  forget_silence(guest->second, Standing::kProven);
}

void Crowd::left(const void* key) {
  const std::lock_guard lock(mutex_);
  const auto guest = guests_.find(key);
  if (guest == guests_.end()) return;
  if (guest->second.standing == Standing::kLeaving) --leaving_;
  forget_silence(guest->second, Standing::kLeaving);
  guests_.erase(guest);
}

std::size_t Crowd::size() const {
  const std::lock_guard lock(mutex_);
  return guests_.size() - leaving_;
}

}  // namespace sealpost::relay
