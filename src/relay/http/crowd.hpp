// The connections there are, and who has to go when there are too many: the oldest of those that
// have not shown a valid signature yet, or else the one that has rested longest since its last
// request. So whoever opens connections by the thousand and says nothing loses their own, and a
// device that comes with a request is served. Thread-safe.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <mutex>

namespace sealpost::relay {

// As many connections as files can be open, up to `wanted`, beside `others` that are none. Raises
// the limit of the process where that is allowed.
std::size_t allow_connections(std::size_t wanted, std::size_t others);

class Crowd {
 public:
  explicit Crowd(std::size_t limit) : limit_(limit) {}
  // `key` names a connection from arrived() to left(); its socket stays open in between.
  void arrived(const void* key, int socket);
  void works(const void* key);  // a known key has signed the request that began
  void rests(const void* key);  // the request has ended
  void left(const void* key);
  std::size_t size() const;  // without those that were told to go

 private:
  enum class Standing { kSilent, kWorking, kResting, kLeaving };
  using Queue = std::list<const void*>;  // oldest first
  struct Guest {
    int socket = -1;
    Standing standing = Standing::kSilent;
    Queue::iterator place = {};  // in the queue of its standing, if that has one
  };
  Queue* queue_of(Standing standing);
  void move(const void* key, Guest& guest, Standing next);
  void send_away_one();

  std::size_t limit_;
  mutable std::mutex mutex_;
  std::map<const void*, Guest> guests_;
  Queue silent_;
  Queue resting_;
  std::size_t leaving_ = 0;
};

}  // namespace sealpost::relay
