#include "cmd/passphrase.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/file.hpp"

namespace sealpost::cmd {
namespace {

base::Error none_in(const std::string& source) {
  return {base::Code::kLocked, "there is no passphrase in " + source, ""};
}

// What posix_spawn needs to know, freed at the end.
class SpawnActions {
 public:
  SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

base::Result<pid_t> spawn_shell(const std::string& command, int stdout_fd) {
  SpawnActions actions;
  ::posix_spawn_file_actions_adddup2(actions.get(), stdout_fd, STDOUT_FILENO);
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = command;
  std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
  pid_t child = -1;
  const int failed =
      ::posix_spawn(&child, "/bin/sh", actions.get(), nullptr, arguments.data(), ::environ);
  if (failed == 0) return child;
  return base::Error{base::Code::kInternal,
                     std::string("cannot run the passphrase command: ") + std::strerror(failed),
                     ""};
}

bool succeeded(pid_t child) {
  int status = -1;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

base::Result<crypto::SecretBytes> passphrase_from_fd(int fd) {
  crypto::SecretBytes read(kLongestPassphrase + 1);
  TRY(const std::size_t count, base::read_full(fd, read.expose_mutable()));
  const auto bytes = read.expose().first(count);
  const auto line_end = std::find(bytes.begin(), bytes.end(), '\n');
  auto length = static_cast<std::size_t>(line_end - bytes.begin());
  if (length > kLongestPassphrase) {
    return base::Error{base::Code::kMalformed, "the passphrase is too long", ""};
  }
  if (length > 0 && line_end != bytes.end() && bytes[length - 1] == '\r') --length;
  read.truncate(length);
  return read;
}

base::Result<crypto::SecretBytes> passphrase_from_file(const std::string& path) {
  if (path == "-") return passphrase_from_fd(STDIN_FILENO);
  TRY(const base::Fd file, base::open_read(path));
  auto read = passphrase_from_fd(file.get());
  if (read && read->empty()) return none_in(path);
  return read;
}

base::Result<crypto::SecretBytes> passphrase_from_command(const std::string& command) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::errno_error("cannot make a pipe");
  const base::Fd output(ends[0]);
  base::Fd input(ends[1]);
  TRY(const pid_t child, spawn_shell(command, input.get()));
  input.reset();
  auto read = passphrase_from_fd(output.get());
  if (!succeeded(child)) {
    return base::Error{base::Code::kLocked, "the passphrase command failed", ""};
  }
  if (read && read->empty()) return none_in("the output of the passphrase command");
  return read;
}

base::Result<crypto::SecretBytes> passphrase_from_options(const Globals& globals) {
  const int named = (globals.passphrase_file.empty() ? 0 : 1) +
                    (globals.passphrase_command.empty() ? 0 : 1) + (globals.passphrase_fd ? 1 : 0);
  if (named > 1) {
    return base::Error{base::Code::kUsage, "there is more than one source for the passphrase",
                       "give one of --passphrase-file, --passphrase-command and --passphrase-fd"};
  }
  if (!globals.passphrase_file.empty()) return passphrase_from_file(globals.passphrase_file);
  if (!globals.passphrase_command.empty()) {
    return passphrase_from_command(globals.passphrase_command);
  }
  if (!globals.passphrase_fd) return crypto::SecretBytes();
  auto read = passphrase_from_fd(*globals.passphrase_fd);
  if (read && read->empty()) return none_in("the descriptor");
  return read;
}

base::Result<crypto::SecretBytes> typed_passphrase(base::Terminal& terminal,
                                                   std::string_view prompt) {
  if (!terminal.can_prompt()) {
    return base::Error{base::Code::kLocked, "a passphrase is needed, and there is no terminal",
                       "use --passphrase-file, --passphrase-command or --passphrase-fd, or run "
                       "`sealpost unlock` before"};
  }
  crypto::SecretBytes typed(kLongestPassphrase);
  const auto memory = typed.expose_mutable();
  TRY(const std::size_t length,
      terminal.read_secret(prompt, {reinterpret_cast<char*>(memory.data()), memory.size()}));
  typed.truncate(length);
  return typed;
}

base::Result<crypto::SecretBytes> typed_new_passphrase(base::Terminal& terminal,
                                                       std::string_view prompt) {
  TRY(crypto::SecretBytes first, typed_passphrase(terminal, prompt));
  if (first.empty()) return base::Error{base::Code::kUsage, "the passphrase must not be empty", ""};
  TRY(const crypto::SecretBytes second, typed_passphrase(terminal, "Once more:"));
  if (crypto::equal(first.expose(), second.expose())) return first;
  return base::Error{base::Code::kUsage, "the two passphrases differ", "try again"};
}

}  // namespace sealpost::cmd
