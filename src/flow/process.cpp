#include "flow/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace sealpost::flow {
namespace {

constexpr int kPatience = 12000;  // milliseconds between SIGTERM and SIGKILL
constexpr int kNotFound = 127;

std::vector<std::string> environment_for(const Launch& launch) {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto is_set = [&](const auto& variable) {
      return text.starts_with(variable.first) &&
             text.substr(variable.first.size()).starts_with('=');
    };
    const auto is_unset = [&](const std::string& prefix) { return text.starts_with(prefix); };
    const bool dropped = std::any_of(launch.variables.begin(), launch.variables.end(), is_set) ||
                         std::any_of(launch.unset.begin(), launch.unset.end(), is_unset);
    if (!dropped) entries.emplace_back(text);
  }
  for (const auto& [name, value] : launch.variables)
    entries.push_back(fmt::format("{}={}", name, value));
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (std::string& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

class IgnoredSignal {
 public:
  explicit IgnoredSignal(int number) : number_(number) {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(number, &ignore, &before_);
  }
  ~IgnoredSignal() { ::sigaction(number_, &before_, nullptr); }
  IgnoredSignal(const IgnoredSignal&) = delete;
  IgnoredSignal& operator=(const IgnoredSignal&) = delete;

 private:
  int number_;
  struct sigaction before_ {};
};

// Between fork and exec: only calls that are safe there.
[[noreturn]] void become(const Launch& launch, char* const* arguments, char* const* environment,
                         pid_t parent) {
  for (int signal : {SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGHUP}) ::signal(signal, SIG_DFL);
  if (launch.dies_with_us) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(kNotFound);
    ::setpgid(0, 0);  // Ctrl-C at the terminal is not for it
  }
  if (launch.in >= 0) ::dup2(launch.in, STDIN_FILENO);
  if (launch.out >= 0) ::dup2(launch.out, STDOUT_FILENO);
  if (launch.err >= 0) ::dup2(launch.err, STDERR_FILENO);
  if (launch.alone) ::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0U);
  ::execvpe(arguments[0], arguments, environment);
  constexpr std::string_view kMessage = "sealpost: the command cannot be started\n";
  [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, kMessage.data(), kMessage.size());
  ::_exit(kNotFound);
}

}  // namespace

base::Result<Process> Process::start(const Launch& launch) {
  std::vector<std::string> command = launch.command;
  std::vector<std::string> environment = environment_for(launch);
  const std::vector<char*> arguments = pointers(command);
  const std::vector<char*> variables = pointers(environment);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return base::errno_error("cannot start a process");
  if (pid == 0) become(launch, arguments.data(), variables.data(), parent);
  base::Fd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  Process process(pid, std::move(handle));
  if (!process.handle_) return base::errno_error("cannot watch a process");
  return process;
}

bool Process::ended_within(int milliseconds) const {
  pollfd watched{handle_.get(), POLLIN, 0};
  return ::poll(&watched, 1, milliseconds) > 0;
}

int Process::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

base::Result<int> Process::wait(const base::Interrupt& interrupt) {
  // As shells do: Ctrl-C at the terminal is the child's, and reaches it without us.
  const IgnoredSignal interrupted(SIGINT);
  const IgnoredSignal quitted(SIGQUIT);
  bool passed_on = false;
  constexpr int kTurn = 200;  // milliseconds
  while (!ended_within(kTurn)) {
    if (interrupt.requested() && !std::exchange(passed_on, true)) ::kill(pid_, SIGTERM);
  }
  return reap();
}

base::Result<int> Process::wait_or_stop(const base::Interrupt& interrupt) {
  constexpr int kTurn = 100;  // milliseconds
  while (!ended_within(kTurn)) {
    if (!interrupt.requested()) continue;
    stop();
    return base::Error{base::Code::kInterrupted, "interrupted while a command ran", ""};
  }
  return reap();
}

void Process::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  if (!handle_ || !ended_within(kPatience)) ::kill(pid_, SIGKILL);
  reap();
}

}  // namespace sealpost::flow
