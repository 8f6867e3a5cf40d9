#include "relay/http/crowd.hpp"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>

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

Crowd::Queue* Crowd::queue_of(Standing standing) {
  if (standing == Standing::kSilent) return &silent_;
  return standing == Standing::kResting ? &resting_ : nullptr;
}

void Crowd::move(const void* key, Guest& guest, Standing next) {
  if (Queue* const old = queue_of(guest.standing)) old->erase(guest.place);
  guest.standing = next;
  Queue* const queue = queue_of(next);
  if (queue != nullptr) guest.place = queue->insert(queue->end(), key);
}

void Crowd::arrived(const void* key, int socket) {
  const std::lock_guard lock(mutex_);
  const auto place = silent_.insert(silent_.end(), key);
  guests_[key] = {socket, Standing::kSilent, place};
  if (guests_.size() - leaving_ > limit_) send_away_one();
}

// The newest is not sent away before it could say anything.
void Crowd::send_away_one() {
  const bool others_silent = silent_.size() > 1;
  if (!others_silent && resting_.empty()) return;
  const void* const key = others_silent ? silent_.front() : resting_.front();
  Guest& guest = guests_.at(key);
  move(key, guest, Standing::kLeaving);
  ++leaving_;
  // The thread that serves it sees the end of the connection and does the rest.
  ::shutdown(guest.socket, SHUT_RDWR);
}

void Crowd::works(const void* key) {
  const std::lock_guard lock(mutex_);
  const auto guest = guests_.find(key);
  if (guest == guests_.end() || guest->second.standing == Standing::kLeaving) return;
  move(key, guest->second, Standing::kWorking);
}

void Crowd::rests(const void* key) {
  const std::lock_guard lock(mutex_);
  const auto guest = guests_.find(key);
  if (guest == guests_.end() || guest->second.standing != Standing::kWorking) return;
  move(key, guest->second, Standing::kResting);
}

void Crowd::left(const void* key) {
  const std::lock_guard lock(mutex_);
  const auto guest = guests_.find(key);
  if (guest == guests_.end()) return;
  if (guest->second.standing == Standing::kLeaving) --leaving_;
  move(key, guest->second, Standing::kLeaving);
  guests_.erase(guest);
}

std::size_t Crowd::size() const {
  const std::lock_guard lock(mutex_);
  return guests_.size() - leaving_;
}

}  // namespace sealpost::relay
