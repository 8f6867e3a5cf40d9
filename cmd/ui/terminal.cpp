#include "cmd/ui/terminal.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <array>

#include "text/safety.hpp"

namespace sealpost::ui {
namespace {

base::Fd open_tty() { return base::Fd(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)); }

// Line mode for one prompt, with or without echo; the destructor restores what was there. Stopping
// (Ctrl-Z) and quitting (Ctrl-\) are off meanwhile: they would leave the shell without echo.
class PromptMode {
 public:
  PromptMode(int tty, bool echo) : tty_(tty), known_(::tcgetattr(tty, &before_) == 0) {
    if (!known_) return;
    termios mode = before_;
    mode.c_lflag |= static_cast<tcflag_t>(ICANON | ISIG);
    if (!echo) {
      mode.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      mode.c_lflag |= static_cast<tcflag_t>(ECHONL);
    }
    mode.c_cc[VSUSP] = _POSIX_VDISABLE;
    mode.c_cc[VQUIT] = _POSIX_VDISABLE;
    ::tcsetattr(tty_, TCSAFLUSH, &mode);
  }
  PromptMode(const PromptMode&) = delete;
  PromptMode& operator=(const PromptMode&) = delete;
  ~PromptMode() {
    if (known_) ::tcsetattr(tty_, TCSAFLUSH, &before_);
  }

 private:
  int tty_;
  termios before_{};
  bool known_;
};

const base::Error& interrupted() {
  static const base::Error error{base::Code::kInterrupted, "interrupted", ""};
  return error;
}

// One line, byte by byte, so that nothing behind it is taken and no copy of a secret is left in a
// buffer. Reads to the line's end even when it does not fit.
base::Result<std::size_t> read_typed(int tty, const Signals& signals, std::span<char> out) {
  std::size_t length = 0;
  while (true) {
    if (!signals.wait(base::milliseconds(-1), tty)) return interrupted();
    std::uint8_t byte = 0;
    TRY(const std::size_t count, base::read_some(tty, {&byte, 1}));
    if (count == 0 && length == 0) return interrupted();  // Ctrl-D
    if (count == 0 || byte == '\n') break;
    if (length < out.size()) out[length] = static_cast<char>(byte);
    ++length;
  }
  if (length > out.size()) return base::Error{base::Code::kUsage, "what was typed is too long", ""};
  return length;
}

}  // namespace

bool SystemTerminal::can_prompt() const { return static_cast<bool>(open_tty()); }
bool SystemTerminal::err_is_terminal() const { return ::isatty(STDERR_FILENO) == 1; }
bool SystemTerminal::out_is_terminal() const { return ::isatty(STDOUT_FILENO) == 1; }

base::Result<void> SystemTerminal::write_out(std::string_view text) {
  auto written = base::write_all(STDOUT_FILENO, base::as_bytes(text));
  if (!written) return base::with_context(std::move(written).error(), "standard output");
  return {};
}

void SystemTerminal::write_err(std::string_view text) {
  // Where errors cannot be written, nobody can be told.
  const auto written = base::write_all(STDERR_FILENO, base::as_bytes(text));
  (void)written;
}

base::Result<std::size_t> SystemTerminal::ask(std::string_view prompt, std::span<char> out,
                                              bool echo) {
  const std::scoped_lock lock(one_at_a_time_);
  const base::Fd tty = open_tty();
  if (!tty) return base::Error{base::Code::kLocked, "there is no terminal to ask at", ""};
  const PromptMode mode(tty.get(), echo);
  TRY(base::write_all(tty.get(), base::as_bytes(text::for_terminal(prompt) + " ")));
  return read_typed(tty.get(), signals_, out);
}

base::Result<std::size_t> SystemTerminal::read_secret(std::string_view prompt,
                                                      std::span<char> out) {
  return ask(prompt, out, false);
}

base::Result<std::string> SystemTerminal::read_line(std::string_view prompt) {
  std::array<char, 4096> line{};
  TRY(const std::size_t length, ask(prompt, line, true));
  return std::string(line.data(), length);
}

}  // namespace sealpost::ui
