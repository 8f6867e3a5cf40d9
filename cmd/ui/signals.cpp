#include "cmd/ui/signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>

namespace sealpost::ui {
namespace {

// The one piece of state that has to be reachable from nowhere: a signal handler has no arguments.
std::atomic<int>& handler_fd() {
  static std::atomic<int> fd{-1};
  return fd;
}

void on_signal(int) {
  const int kept = errno;
  const int fd = handler_fd().load(std::memory_order_relaxed);
  if (fd >= 0) {
    const ssize_t written = ::write(fd, "!", 1);  // async-signal-safe; a full pipe says it as well
    (void)written;
  }
  errno = kept;
}

void handle(int number) {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one ends the process
  sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);
}

int poll_span(base::milliseconds span) {
  if (span.count() < 0) return -1;
  return static_cast<int>(std::min<std::int64_t>(span.count(), INT_MAX));
}

}  // namespace

Signals::Signals() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0) {
    arrived_ = base::Fd(ends[0]);
    handler_end_ = base::Fd(ends[1]);
    handler_fd().store(ends[1]);
  }
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) handle(number);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
}

Signals::~Signals() { handler_fd().store(-1); }

bool Signals::requested() const {
  pollfd arrived{arrived_.get(), POLLIN, 0};
  return ::poll(&arrived, 1, 0) > 0;
}

bool Signals::wait(base::milliseconds span, int fd) const {
  using std::chrono::steady_clock;
  const auto until = steady_clock::now() + span;
  while (true) {
    std::array<pollfd, 2> watched{pollfd{arrived_.get(), POLLIN, 0}, pollfd{fd, POLLIN, 0}};
    const auto left = std::chrono::duration_cast<base::milliseconds>(until - steady_clock::now());
    const bool endless = span.count() < 0;
    const int ready = ::poll(watched.data(), fd < 0 ? 1 : 2,
                             endless ? -1 : poll_span(std::max(left, base::milliseconds(0))));
    if (ready < 0 && errno == EINTR) continue;
    if (ready != 0) return fd >= 0 && watched[0].revents == 0 && watched[1].revents != 0;
    if (!endless && steady_clock::now() >= until) return false;
  }
}

bool reader_gone(int fd) {
  pollfd state{fd, POLLOUT, 0};
  return ::poll(&state, 1, 0) > 0 && (state.revents & POLLERR) != 0;
}

void end_by_broken_pipe() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  ::sigaction(SIGPIPE, &action, nullptr);
  ::raise(SIGPIPE);
}

}  // namespace sealpost::ui
