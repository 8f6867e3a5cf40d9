// The person at the terminal. Prompts go to /dev/tty, so that standard input and output stay free
// for data; echo is restored whatever ends the prompt, a signal included. Thread-safe.
#pragma once

#include <mutex>

#include "cmd/ui/signals.hpp"

namespace sealpost::ui {

class SystemTerminal final : public base::Terminal {
 public:
  explicit SystemTerminal(const Signals& signals) : signals_(signals) {}  // borrows
  bool can_prompt() const override;
  bool err_is_terminal() const override;
  bool out_is_terminal() const override;
  base::Result<void> write_out(std::string_view text) override;
  void write_err(std::string_view text) override;
  base::Result<std::size_t> read_secret(std::string_view prompt, std::span<char> out) override;
  base::Result<std::string> read_line(std::string_view prompt) override;

 private:
  base::Result<std::size_t> ask(std::string_view prompt, std::span<char> out, bool echo);
  const Signals& signals_;
  std::mutex one_at_a_time_;
};

}  // namespace sealpost::ui
