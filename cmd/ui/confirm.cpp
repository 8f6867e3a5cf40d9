#include "cmd/ui/confirm.hpp"

namespace sealpost::ui {
namespace {

bool is_yes(std::string_view answer) { return answer == "y" || answer == "Y" || answer == "yes"; }

}  // namespace

base::Result<void> confirm(base::Terminal& terminal, const cmd::Globals& globals,
                           std::string_view question) {
  if (globals.yes) return {};
  if (!terminal.can_prompt()) {
    return base::Error{base::Code::kUsage, "this needs a confirmation, and there is no terminal",
                       "add --yes"};
  }
  TRY(const std::string answer, terminal.read_line(std::string(question) + " [y/N]"));
  if (is_yes(answer)) return {};
  return base::Error{base::Code::kInterrupted, "nothing was changed", ""};
}

}  // namespace sealpost::ui
