// The agent: a background process that keeps one vault key unlocked, and the way to ask it.
//
// It knows nothing but 32 bytes: not what they open, no file, no network. The key lives in guarded
// memory that is locked (an agent that may not lock it does not start) and not dumped, in a process
// that its own user cannot trace. A Unix socket (0600, in a private folder) answers processes of
// the same user only. The key is forgotten, and the process ends, after a time without use, at an
// absolute limit, when asked, or at SIGTERM. One agent per profile.
//
// Asking never hangs: a socket that does not answer within two seconds counts as broken. Free
// functions are thread-safe; start() must be called before the process has other threads.
// Errors: kLocked when no agent runs, kDenied when the socket belongs to somebody else, kTimeout,
// kNoSpace, kInternal.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/file.hpp"
#include "base/seams.hpp"
#include "crypto/secret.hpp"

namespace sealpost::agent {

using Key = crypto::Secret<32, struct AgentKeyTag>;

// Where the agent of a profile listens, and the profile's folder: when that is removed, the agent
// ends within seconds.
struct Address {
  std::filesystem::path folder;
  std::string name;
  std::filesystem::path profile_folder;
};

// A variable of the environment; nothing when it is unset or empty.
using Variable = std::function<std::optional<std::string>(const std::string&)>;

// $XDG_RUNTIME_DIR/sealpost, or /run/user/UID/sealpost where that exists, or else `agent` inside
// the profile's folder. The name is derived from the folder, so that profiles of the same name in
// different places do not meet.
Address address_for(const std::filesystem::path& profile_folder, const Variable& variable);

struct Limits {
  base::milliseconds idle = std::chrono::minutes(15);  // without use
  std::optional<base::milliseconds> total;             // since the start, whatever happens
};

struct State {
  base::milliseconds idle_left{0};
  std::optional<base::milliseconds> total_left;
};

// A started agent that waits for its key. Destroyed without give(), it takes the agent with it.
// Started before the key is known, so that nothing secret is in the memory that it inherits.
class Starting {
 public:
  // Listening when this returns; an agent that listened there before has been ended. kNoSpace when
  // the system does not let the agent lock its memory.
  base::Result<void> give(const Key& key, const Limits& limits);

 private:
  friend base::Result<Starting> start(const Address&, base::Clock&);
  explicit Starting(base::Fd channel) : channel_(std::move(channel)) {}
  base::Fd channel_;
};
base::Result<Starting> start(const Address& address, base::Clock& clock);

// The key; asking counts as use.
base::Result<Key> ask_key(const Address& address);
// The same for who only looks; does not count as use.
base::Result<Key> peek_key(const Address& address);
// How long it will be kept; asking does not count as use.
base::Result<State> ask_state(const Address& address);
// Lowers the time without use, never raises it; not use itself.
base::Result<void> lower_idle(const Address& address, base::milliseconds idle);
// Wipes the key and ends the agent. Done as well when none runs; false then.
base::Result<bool> lock(const Address& address);

}  // namespace sealpost::agent
