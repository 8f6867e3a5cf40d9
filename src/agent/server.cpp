// The side that keeps: the background process.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
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
constexpr std::string_view kCannotLock =
    "the system does not let the agent lock its memory (ulimit -l)";
constexpr std::array kDeadly{SIGINT, SIGTERM, SIGHUP};

void forbid_dumps() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// From now on signals that ask for the end arrive as bytes of a descriptor, so that the key is
// wiped and the socket removed before.
base::Fd catch_signals() {
  sigset_t deadly;
  ::sigemptyset(&deadly);
  for (const int number : kDeadly) ::sigaddset(&deadly, number);
  ::sigprocmask(SIG_SETMASK, &deadly, nullptr);
  return base::Fd(::signalfd(-1, &deadly, SFD_CLOEXEC | SFD_NONBLOCK));
}

// Nothing of the caller's is kept open: neither its pipes nor its terminal.
void detach(int kept) {
  ::setsid();
  for (const int number : kDeadly) ::signal(number, SIG_DFL);
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
  std::array<std::uint8_t, kRequestSize> request{};
  if (!caller || !receive(caller.get(), request, kPatience)) return;
  base::Reader reader(base::ByteView(request).subspan(1));
  const auto number = reader.be(8);
  const crypto::SecretBytes answer =
      keeper.answer(request[0], clock.steady(), to_span(number ? *number : 0));
  // A caller that does not listen loses its answer, nothing else.
  const auto told = transmit(caller.get(), answer.expose(), kPatience);
  (void)told;
}

// The socket's file, so that an agent notices when it is of no use any more: somebody removed the
// file or the profile, opened it to others, or another agent took its place.
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

void keep(int listener, int signals, const Place& place, Keeper& keeper, base::Clock& clock) {
  while (!keeper.finished(clock.steady()) && place.still_ours()) {
    std::array<pollfd, 2> watched{{{listener, POLLIN, 0}, {signals, POLLIN, 0}}};
    const auto nap = std::min(keeper.left(clock.steady()) + base::milliseconds(1), kLongestNap);
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(nap.count()));
    if (ready < 0 && errno != EINTR) return;
    if (ready <= 0) continue;
    if (watched[1].revents != 0) return;
    converse(listener, keeper, clock);
  }
}

// What the caller hands over: the key, and the limits in milliseconds.
struct Given {
  crypto::SecretBytes key;
  Limits limits;
};

base::Result<Given> receive_key(int channel) {
  std::array<std::uint8_t, 16> numbers{};
  Given given{crypto::SecretBytes(Key::kSize), {}};
  TRY(const std::size_t first, base::read_full(channel, numbers));
  TRY(const std::size_t second, base::read_full(channel, given.key.expose_mutable()));
  base::Reader reader(numbers);
  TRY(const std::uint64_t idle, reader.be(8));
  TRY(const std::uint64_t total, reader.be(8));
  given.limits.idle = to_span(idle);
  if (total != kNoLimit) given.limits.total = to_span(total);
  if (first == numbers.size() && second == given.key.size()) return given;
  return base::Error{base::Code::kInterrupted, "the caller gave up", ""};
}

int refuse(int channel, std::string_view why) {
  return base::write_all(channel, base::as_bytes(why)) ? 1 : 2;
}

// The background process from its first to its last instruction.
int serve(int channel, const Address& address, base::Clock& clock) {
  forbid_dumps();
  detach(channel);
  const base::Fd signals = catch_signals();
  auto given = receive_key(channel);
  if (!given) return 0;
  if (!given->key.locked()) return refuse(channel, kCannotLock);
  const auto ended = lock(address);  // one that kept the key before
  (void)ended;
  auto listener = listen_at(address);
  if (!listener) return refuse(channel, listener.error().text);
  const Place place(address);
  Keeper keeper(std::move(given->key), given->limits, clock.steady());
  if (!base::write_all(channel, {&kListening, 1})) return 1;
  ::close(channel);
  keep(listener->get(), signals.get(), place, keeper, clock);
  if (place.still_ours()) ::unlink(place.path.c_str());
  return 0;
}

[[noreturn]] void run_and_exit(int channel, const Address& address, base::Clock& clock) {
  int status = 1;
  try {
    status = serve(channel, address, clock);
  } catch (const std::exception&) {  // nobody is left to tell
    status = 1;
  }
  ::_exit(status);
}

}  // namespace

base::Result<Starting> start(const Address& address, base::Clock& clock) {
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
    run_and_exit(theirs.get(), address, clock);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) {
    return base::Error{base::Code::kInternal, "cannot start the agent", ""};
  }
  return Starting(std::move(ours));
}

base::Result<void> Starting::give(const Key& key, const Limits& limits) {
  base::Bytes numbers;
  base::append_be(numbers, static_cast<std::uint64_t>(limits.idle.count()), 8);
  base::append_be(numbers,
                  limits.total ? static_cast<std::uint64_t>(limits.total->count()) : kNoLimit, 8);
  TRY(base::write_all(channel_.get(), numbers));
  TRY(base::write_all(channel_.get(), key.expose()));
  TRY(const base::Bytes answer, base::read_fd(channel_.get(), 4096));
  channel_.reset();
  if (answer.size() == 1 && answer.front() == kListening) return {};
  return base::Error{
      base::as_text(answer) == kCannotLock ? base::Code::kNoSpace : base::Code::kInternal,
      "the agent did not start: " + std::string(base::as_text(answer)), ""};
}

}  // namespace sealpost::agent
