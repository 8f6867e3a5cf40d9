// Words about people: a remark, a witness, a reason. What stands on a command line is kept by the
// shell and seen by everybody who lists processes, so each such option --NAME has a second one,
// --NAME-file, for a file or standard input. One thread.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "cmd/env.hpp"
#include "cmd/verb.hpp"

namespace sealpost::cmd {

struct PrivateText {
  std::string text;
  std::string file;  // "-" for standard input
};

// Declares both, of which one may be given, and returns them. `name` without dashes.
struct PrivateOptions {
  Option typed;
  Option file;
};
PrivateOptions add_private(Verb verb, const std::string& name, PrivateText& value,
                           const std::string& what, const std::string& type_name = "TEXT");

// What the options of one command line say.
class PrivateTexts {
 public:
  explicit PrivateTexts(Env& env) : env_(env) {}
  // The text, or all that the file holds but for one line end behind it; empty when neither was
  // given. kUsage for a file that is empty, too long or not UTF-8, and when standard input is asked
  // for twice; otherwise as base::read_file().
  base::Result<std::string> read(const std::string& name, const PrivateText& value);

 private:
  base::Result<base::Bytes> content(const std::string& name, const std::string& file);
  Env& env_;
  bool took_stdin_ = false;
};

}  // namespace sealpost::cmd
