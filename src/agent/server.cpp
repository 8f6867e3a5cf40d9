// The side that keeps: the background process.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>

#include "agent/keeper.hpp"
#include "agent/socket.hpp"

namespace sealpost::agent {
namespace {

constexpr base::milliseconds kPatience{1000};
// Between looks at the clock: a laptop that slept wakes up with its time up.
constexpr base::milliseconds kLongestNap{5000};
constexpr std::uint8_t kListening = '+';

void forbid_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// Nothing of the caller's is kept open: neither its pipes nor its terminal.
void detach(int kept) {
  ::setsid();
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
  const int nothing = ::open("/dev/null", O_RDWR);
  for (int fd = STDIN_FILENO; nothing >= 0 && fd <= STDERR_FILENO; ++fd) ::dup2(nothing, fd);
  const auto first = static_cast<unsigned>(STDERR_FILENO + 1);
  const auto own = static_cast<unsigned>(kept);
  if (own > first) ::close_range(first, own - 1, 0);
  ::close_range(own + 1, ~0U, 0);
  if (::chdir("/") != 0) ::_exit(1);
}

void converse(int listener, Keeper& keeper, base::Clock& clock) {
  const base::Fd caller = accept_own(listener);
  std::uint8_t request = 0;
  if (!caller || !receive(caller.get(), {&request, 1}, kPatience)) return;
  const crypto::SecretBytes answer = keeper.answer(request, clock.steady());
  // A caller that does not listen loses its answer, nothing else.
  const auto told = transmit(caller.get(), answer.expose(), kPatience);
  (void)told;
}

// The socket's file, so that an agent notices when it is of no use any more: somebody removed the
// file or the profile, or another agent took its place.
struct Place {
  explicit Place(const Address& address)
      : path(address.folder / address.name), profile(address.profile_folder) {
    known = ::stat(path.c_str(), &made) == 0;
  }
  bool still_ours() const {
    struct stat now {};
    return known && ::stat(path.c_str(), &now) == 0 && now.st_ino == made.st_ino &&
           now.st_dev == made.st_dev && now.st_ctim.tv_sec == made.st_ctim.tv_sec &&
           now.st_ctim.tv_nsec == made.st_ctim.tv_nsec && ::access(profile.c_str(), F_OK) == 0;
  }

  std::filesystem::path path;
  std::filesystem::path profile;
  struct stat made {};
  bool known = false;
};

void keep(int listener, const Place& place, Keeper& keeper, base::Clock& clock) {
  while (!keeper.finished(clock.steady()) && place.still_ours()) {
    pollfd watched{listener, POLLIN, 0};
    const auto nap = std::min(keeper.left(clock.steady()) + base::milliseconds(1), kLongestNap);
    const int ready = ::poll(&watched, 1, static_cast<int>(nap.count()));
    if (ready > 0) converse(listener, keeper, clock);
    if (ready < 0 && errno != EINTR) return;
  }
}

// The background process from its first to its last instruction.
int serve(int channel, const Address& address, const Limits& limits, base::Clock& clock) {
  forbid_dumps();
  detach(channel);
  crypto::SecretBytes key(Key::kSize);
  const auto got = base::read_full(channel, key.expose_mutable());
  if (!got || *got != key.size()) return 0;  // the caller gave up
  const auto ended = lock(address);          // one that kept the key before
  (void)ended;
  auto listener = listen_at(address);
  if (!listener) {
    const auto told = base::write_all(channel, base::as_bytes(listener.error().text));
    return told ? 1 : 2;
  }
  const Place place(address);
  Keeper keeper(std::move(key), limits, clock.steady());
  if (!base::write_all(channel, {&kListening, 1})) return 1;
  ::close(channel);
  keep(listener->get(), place, keeper, clock);
  if (place.still_ours()) ::unlink(place.path.c_str());
  return 0;
}

[[noreturn]] void run_and_exit(int channel, const Address& address, const Limits& limits,
                               base::Clock& clock) {
  int status = 1;
  try {
    status = serve(channel, address, limits, clock);
  } catch (const std::exception&) {  // nobody is left to tell
    status = 1;
  }
  ::_exit(status);
}

}  // namespace

base::Result<Starting> start(const Address& address, const Limits& limits, base::Clock& clock) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return base::errno_error("cannot start the agent");
  }
  base::Fd ours(ends[0]);
  const base::Fd theirs(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) return base::errno_error("cannot start the agent");
  if (child == 0) {  // a second fork makes it nobody's child, so that nobody has to wait for it
    const pid_t grandchild = ::fork();
    if (grandchild != 0) ::_exit(grandchild < 0 ? 1 : 0);
    run_and_exit(theirs.get(), address, limits, clock);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) {
    return base::Error{base::Code::kInternal, "cannot start the agent", ""};
  }
  return Starting(std::move(ours));
}

base::Result<void> Starting::give(const Key& key) {
  TRY(base::write_all(channel_.get(), key.expose()));
  TRY(const base::Bytes answer, base::read_fd(channel_.get(), 4096));
  channel_.reset();
  if (answer.size() == 1 && answer.front() == kListening) return {};
  return base::Error{base::Code::kInternal,
                     "the agent did not start: " + std::string(base::as_text(answer)), ""};
}

}  // namespace sealpost::agent
