#include "cmd/ui/failure.hpp"

#include "text/ordered_json.hpp"
#include "text/safety.hpp"

namespace sealpost::ui {

void print_error(base::Terminal& terminal, bool json, const base::Error& error) {
  if (json) {
    const text::OrderedJson document{{"type", "error"},
                                     {"code", base::code_name(error.code)},
                                     {"message", error.text},
                                     {"hint", error.hint}};
    terminal.write_err(text::to_line(document) + "\n");
    return;
  }
  std::string text = "sealpost: " + text::for_terminal(error.text) + "\n";
  if (!error.hint.empty()) text += "hint: " + text::block_for_terminal(error.hint) + "\n";
  terminal.write_err(text);
}

}  // namespace sealpost::ui
