// Notices by a program of the user's: started without a shell, one JSON object on standard input.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/file.hpp"
#include "notify/carrier.hpp"
#include "notify/document.hpp"

namespace sealpost::notify {
namespace {

constexpr base::milliseconds kPatience{60'000};
constexpr int kTurn = 100;      // milliseconds between looks at the interrupt
constexpr int kGrace = 2'000;   // milliseconds between SIGTERM and SIGKILL
constexpr int kTemporary = 75;  // EX_TEMPFAIL of sysexits.h

class Actions {
 public:
  Actions() { ::posix_spawn_file_actions_init(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// A group of its own, so that it can be ended with all that it started; signals as programs expect.
class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t usual;
    ::sigemptyset(&usual);
    ::posix_spawnattr_setsigmask(&attributes_, &usual);
    for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGHUP})
      ::sigaddset(&usual, signal);
    ::posix_spawnattr_setsigdefault(&attributes_, &usual);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

// A running child; killed with its group, and reaped, on destruction.
class Child {
 public:
  explicit Child(pid_t pid)
      : pid_(pid), handle_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ < 0) return;
    ::kill(-pid_, SIGTERM);
    if (!ended_within(kGrace)) ::kill(-pid_, SIGKILL);
    reap();
  }
  bool ended_within(int span) const {
    pollfd watched{handle_.get(), POLLIN, 0};
    return ::poll(&watched, 1, span) > 0;
  }
  int reap() {
    int status = -1;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
  base::Fd handle_;
};

// Memory that reads like a file: a child that does not read it disturbs nobody.
base::Result<base::Fd> as_file(std::string_view text) {
  base::Fd file(::memfd_create("notice", MFD_CLOEXEC));
  if (!file) return base::errno_error("cannot hold a notice in memory");
  TRY(base::write_all(file.get(), base::as_bytes(text)));
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return base::errno_error("cannot read a notice again");
  return file;
}

class Command final : public Carrier {
 public:
  Command(std::vector<std::string> words, Seams seams) : words_(std::move(words)), seams_(seams) {}

  base::Result<Attempt> carry(const Letter& letter) override {
    if (seams_.interrupt.requested()) return interrupted();
    const SecretText document = notice_document(letter, Link::kInText);
    const auto input = as_file(document.view());
    if (!input) return may_pass(input.error().text);
    pid_t pid = -1;
    const int failed = spawn(input->get(), pid);
    if (failed != 0) {
      return refused(fmt::format("{} cannot be run: {}", words_.front(), std::strerror(failed)));
    }
    Child child(pid);
    const base::milliseconds end = seams_.clock.steady() + kPatience;
    while (!child.ended_within(kTurn)) {
      if (seams_.interrupt.requested()) return interrupted();
      if (seams_.clock.steady() >= end) return may_pass("the command took longer than a minute");
    }
    return judge(child.reap());
  }

 private:
  int spawn(int input, pid_t& pid) {
    Actions actions;
    const Attributes attributes;
    ::posix_spawn_file_actions_adddup2(actions.get(), input, STDIN_FILENO);
    ::posix_spawn_file_actions_addopen(actions.get(), STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    std::vector<char*> arguments;
    for (std::string& word : words_) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    return ::posix_spawnp(&pid, words_.front().c_str(), actions.get(), attributes.get(),
                          arguments.data(), ::environ);
  }

  static Attempt judge(int status) {
    if (WIFSIGNALED(status)) {
      return may_pass(fmt::format("the command was ended by signal {}", WTERMSIG(status)));
    }
    const int code = WEXITSTATUS(status);
    if (code == 0) return taken();
    std::string reason = fmt::format("the command ended with status {}", code);
    return code == kTemporary ? may_pass(std::move(reason)) : refused(std::move(reason));
  }

  std::vector<std::string> words_;
  Seams seams_;
};

}  // namespace

base::Result<std::unique_ptr<Carrier>> make_command(const ChannelSettings& settings, Seams seams) {
  std::vector<std::string> words;
  for (const std::string_view word : base::split(settings.command, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  if (words.empty()) return base::Error{base::Code::kMalformed, "command is empty", ""};
  return std::unique_ptr<Carrier>(std::make_unique<Command>(std::move(words), seams));
}

}  // namespace sealpost::notify
