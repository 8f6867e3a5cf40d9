// The real process behind the real socket.
#include "agent/agent.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <thread>

#include "agent/keeper.hpp"
#include "agent/socket.hpp"

namespace sealpost::agent {
namespace {

using base::Code;
using base::milliseconds;

class SteadyClock final : public base::Clock {
 public:
  base::Time now() const override { return base::Time(steady()); }
  milliseconds steady() const override {
    return std::chrono::duration_cast<milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
  }
  void sleep(milliseconds span) override { std::this_thread::sleep_for(span); }
};

struct Scene {
  Scene() {
    std::string name = "/tmp/sealpost-agent-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder = name;
    address = {folder / "run", "a.sock", folder};
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;
  ~Scene() {
    const auto locked = lock(address);
    static_cast<void>(locked);
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  void unlock(const Limits& limits = {}) {
    auto starting = start(address, clock);
    REQUIRE(starting);
    REQUIRE(starting->give(key, limits));
  }
  bool gone_within(milliseconds span) {
    for (const milliseconds end = clock.steady() + span; clock.steady() < end;) {
      if (!ask_state(address)) return true;
      clock.sleep(milliseconds(20));
    }
    return false;
  }

  // The agent's process, as the kernel tells who is asked.
  pid_t pid() const {
    const auto socket = connect_to(address);
    REQUIRE(socket);
    ucred peer{};
    socklen_t size = sizeof peer;
    REQUIRE(::getsockopt(socket->get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0);
    return peer.pid;
  }

  SteadyClock clock;
  std::filesystem::path folder;
  Address address;
  const Key key = *Key::from(base::as_bytes("0123456789abcdef0123456789abcdef"));
};

constexpr uid_t kNobody = 65534;

// Runs `work` in a process that is an ordinary user's, `user` where this one is root's; true when
// it says so. The kernel keeps nothing from root.
bool as_user(uid_t user, const std::function<bool()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    bool fine = ::geteuid() != 0 ||
                (::setresgid(user, user, user) == 0 && ::setresuid(user, user, user) == 0);
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // who changes its user loses it
    try {
      fine = fine && work();
    } catch (...) {
      fine = false;
    }
    ::_exit(fine ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool can_open(const std::string& path) {
  return static_cast<bool>(base::Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)));
}

// What somebody who acts as the agent's own user can get at from outside.
bool nothing_to_get(pid_t agent) {
  const std::string place = "/proc/" + std::to_string(agent);
  for (const char* part : {"/mem", "/maps", "/environ", "/auxv", "/fd"}) {
    if (can_open(place + part)) return false;
  }
  if (::ptrace(PTRACE_ATTACH, agent, nullptr, nullptr) == 0) return false;
  struct stat owner {};
  if (::stat((place + "/mem").c_str(), &owner) != 0 || owner.st_uid != 0) return false;
  rlimit core{1, 1};
  return ::prlimit(agent, RLIMIT_CORE, nullptr, &core) != 0 || core.rlim_max == 0;
}

TEST_CASE("nothing of an agent can be read or traced by its own user, and it dumps no core") {
  CHECK(as_user(kNobody, [] {
    // The control: the same user's other processes are open to it.
    const pid_t other = ::fork();
    if (other == 0) {
      ::pause();
      ::_exit(0);
    }
    const bool open_by_default = can_open("/proc/" + std::to_string(other) + "/environ");
    ::kill(other, SIGKILL);
    Scene scene;
    scene.unlock();
    return open_by_default && nothing_to_get(scene.pid());
  }));
}

TEST_CASE("somebody else's process is not accepted, even through an open socket") {
  if (::geteuid() != 0) return;  // only root can be two users
  Scene scene;
  const auto listener = listen_at(scene.address);
  REQUIRE(listener);
  REQUIRE(::chmod(scene.folder.c_str(), 0755) == 0);
  REQUIRE(::chmod(scene.address.folder.c_str(), 0755) == 0);
  REQUIRE(::chmod((scene.address.folder / scene.address.name).c_str(), 0666) == 0);
  const auto connected = [&] {
    const base::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    const std::string path = (scene.address.folder / scene.address.name).string();
    std::copy(path.begin(), path.end(), where.sun_path);
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
  };
  REQUIRE(as_user(kNobody, connected));
  CHECK_FALSE(accept_own(listener->get()));
  REQUIRE(connected());
  CHECK(accept_own(listener->get()));
}

TEST_CASE("a socket that belongs to somebody else is asked nothing") {
  if (::geteuid() != 0) return;
  Scene scene;
  scene.unlock();
  REQUIRE(::chmod(scene.folder.c_str(), 0755) == 0);
  REQUIRE(::chmod(scene.address.folder.c_str(), 0755) == 0);
  REQUIRE(::chmod((scene.address.folder / scene.address.name).c_str(), 0666) == 0);
  CHECK(as_user(kNobody, [&] {
    const auto asked = ask_key(scene.address);
    // A busy agent may not take the connection in time, and one that has seen its socket opened to
    // others has ended; neither was asked anything.
    const Code code = asked ? Code::kInternal : asked.error().code;
    return code == Code::kDenied || code == Code::kTimeout || code == Code::kLocked;
  }));
}

TEST_CASE("an agent that is asked to end removes its socket and keeps no key") {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    Scene scene;
    scene.unlock();
    REQUIRE(::kill(scene.pid(), number) == 0);
    CHECK(scene.gone_within(milliseconds(5000)));
    scene.clock.sleep(milliseconds(100));
    CHECK_FALSE(std::filesystem::exists(scene.address.folder / scene.address.name));
  }
}

TEST_CASE("the time without use can be lowered from outside, and not raised") {
  Scene scene;
  scene.unlock({std::chrono::minutes(15), std::nullopt});
  REQUIRE(lower_idle(scene.address, std::chrono::minutes(5)));
  REQUIRE(lower_idle(scene.address, std::chrono::hours(5)));
  CHECK(ask_state(scene.address)->idle_left <= std::chrono::minutes(5));
}

TEST_CASE("an agent that may not lock its memory does not keep the key") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return;  // the sanitizers' own mlock() does nothing and says that it is done
#endif
  CHECK(as_user(kNobody, [] {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_MEMLOCK, &none);
    Scene scene;
    auto starting = start(scene.address, scene.clock);
    if (!starting) return false;
    const auto given = starting->give(scene.key, {});
    return !given && given.error().code == Code::kNoSpace && !ask_key(scene.address);
  }));
}

TEST_CASE("an agent gives back the key it got, until it is locked") {
  Scene scene;
  CHECK(ask_key(scene.address).error().code == Code::kLocked);
  scene.unlock();
  const auto key = ask_key(scene.address);
  REQUIRE(key);
  CHECK(crypto::equal(key->expose(), scene.key.expose()));
  CHECK(*lock(scene.address));
  CHECK(ask_key(scene.address).error().code == Code::kLocked);
  CHECK_FALSE(*lock(scene.address));
}

TEST_CASE("state tells the time that is left") {
  Scene scene;
  scene.unlock({std::chrono::minutes(5), std::chrono::hours(8)});
  const auto state = ask_state(scene.address);
  REQUIRE(state);
  CHECK(state->idle_left <= std::chrono::minutes(5));
  CHECK(state->idle_left > std::chrono::minutes(4));
  CHECK(state->total_left > std::chrono::hours(7));
}

TEST_CASE("an agent ends by itself when its time is up and leaves no socket") {
  Scene scene;
  scene.unlock({milliseconds(1500), std::nullopt});
  REQUIRE(ask_state(scene.address));
  CHECK(scene.gone_within(std::chrono::minutes(1)));
  const auto socket = scene.address.folder / scene.address.name;
  for (int i = 0; i < 1000 && std::filesystem::exists(socket); ++i) {
    scene.clock.sleep(milliseconds(20));
  }
  CHECK_FALSE(std::filesystem::exists(socket));
}

TEST_CASE("a second unlock takes the first one's place") {
  Scene scene;
  scene.unlock();
  scene.unlock({std::chrono::minutes(1), std::nullopt});
  CHECK(ask_state(scene.address)->idle_left <= std::chrono::minutes(1));
}

TEST_CASE("an agent whose key never comes leaves nothing") {
  Scene scene;
  {
    auto starting = start(scene.address, scene.clock);
    REQUIRE(starting);
  }
  CHECK(ask_key(scene.address).error().code == Code::kLocked);
  CHECK_FALSE(std::filesystem::exists(scene.address.folder));
}

TEST_CASE("the socket and its folder are closed to others") {
  Scene scene;
  scene.unlock();
  struct stat status {};
  REQUIRE(::stat((scene.address.folder / scene.address.name).c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(::stat(scene.address.folder.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
}

TEST_CASE("a folder that is open to others is refused") {
  Scene scene;
  REQUIRE(base::make_private_folder(scene.address.folder));
  REQUIRE(::chmod(scene.address.folder.c_str(), 0755) == 0);
  auto starting = start(scene.address, scene.clock);
  REQUIRE(starting);
  CHECK_FALSE(starting->give(scene.key, {}));
}

TEST_CASE("paths longer than a socket address work") {
  Scene scene;
  scene.address.folder = scene.folder / std::string(120, 'x') / std::string(120, 'y');
  scene.unlock();
  CHECK(ask_key(scene.address));
}

TEST_CASE("a stale socket, a file and a folder in its place are no agent, and no obstacle") {
  Scene scene;
  REQUIRE(listen_at(scene.address));  // closed at once: the file stays
  CHECK(ask_key(scene.address).error().code == Code::kLocked);
  scene.unlock();
  CHECK(ask_key(scene.address));
  CHECK(*lock(scene.address));
  REQUIRE(base::replace_file(scene.address.folder / scene.address.name, {}, 0600));
  CHECK(ask_key(scene.address).error().code == Code::kLocked);
}

TEST_CASE("a socket that accepts and stays silent does not hang who asks") {
  Scene scene;
  const auto listener = listen_at(scene.address);
  REQUIRE(listener);
  const milliseconds begun = scene.clock.steady();
  CHECK(ask_key(scene.address).error().code == Code::kTimeout);
  CHECK(scene.clock.steady() - begun < std::chrono::minutes(1));
}

TEST_CASE("a caller that says nothing, or nonsense, does not stop the others") {
  Scene scene;
  scene.unlock();
  const auto silent = connect_to(scene.address);
  REQUIRE(silent);
  const auto rude = connect_to(scene.address);
  REQUIRE(rude);
  REQUIRE(transmit(rude->get(), base::as_bytes("???????????????????"), milliseconds(100)));
  CHECK(ask_key(scene.address));
}

TEST_CASE("an agent ends when its profile is removed") {
  Scene scene;
  scene.address.profile_folder = scene.folder / "profile";
  REQUIRE(base::make_private_folder(scene.address.profile_folder));
  scene.unlock();
  std::filesystem::remove(scene.address.profile_folder);
  CHECK(scene.gone_within(std::chrono::minutes(1)));
}

TEST_CASE("profiles of one name in two places have different sockets in the runtime folder") {
  Scene scene;
  const Variable variable = [&](const std::string& name) -> std::optional<std::string> {
    return name == "XDG_RUNTIME_DIR" ? std::optional(scene.folder.string()) : std::nullopt;
  };
  const Address one = address_for("/a/bob", variable);
  const Address two = address_for("/b/bob", variable);
  CHECK(one.folder == scene.folder / "sealpost");
  CHECK(one.name != two.name);
}

}  // namespace
}  // namespace sealpost::agent
