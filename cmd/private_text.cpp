#include "cmd/private_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.hpp"
#include "cmd/never_empty.hpp"
#include "text/safety.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMost = 4096;  // bytes; what the register holds is less

base::Error usage(std::string text, std::string hint = "") {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

}  // namespace

PrivateOptions add_private(Verb verb, const std::string& name, PrivateText& value,
                           const std::string& what, const std::string& type_name) {
  const Option typed =
      never_empty(verb.add_option("--" + name, value.text, what)).type_name(type_name);
  const Option file =
      never_empty(verb.add_option("--" + name + "-file", value.file,
                                  "The same, on no command line; - is standard input"))
          ->type_name("FILE")
          .excludes(typed);
  return {typed, file};
}

base::Result<base::Bytes> PrivateTexts::content(const std::string& name, const std::string& file) {
  if (file != "-") return base::read_file(file, kMost);
  if (took_stdin_ || env_.globals.passphrase_file == "-") {
    return usage("standard input can be read for one thing only", "put the others into files");
  }
  took_stdin_ = true;
  if (::isatty(STDIN_FILENO) != 0) {
    env_.out.note(fmt::format("Type the {}; end it with Ctrl-D on an empty line.", name));
  }
  return base::read_fd(STDIN_FILENO, kMost);
}

base::Result<std::string> PrivateTexts::read(const std::string& name, const PrivateText& value) {
  if (value.file.empty()) return value.text;
  auto bytes = content(name, value.file);
  if (!bytes && bytes.error().code == base::Code::kMalformed) {
    return usage(fmt::format("the {} is longer than {} bytes", name, kMost));
  }
  if (!bytes) return std::move(bytes).error();
  std::string text(base::as_text(*bytes));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return usage(fmt::format("the {} is empty", name));
  if (!text::is_utf8(text)) return usage(fmt::format("the {} is not UTF-8 text", name));
  return text;
}

}  // namespace sealpost::cmd
