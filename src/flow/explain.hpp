// Every rule that an artefact has to obey, one by one, each with the place in the standard that
// says so: `sealpost inspect --explain`. Where reading stops at the first thing that is wrong, this
// goes on as far as anything can be told. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/inspect.hpp"

namespace sealpost::flow {

struct Check {
  std::string standard;  // "C2SP signed-note v1.0.0", "sealpost-note(5)"
  std::string section;
  std::string rule;           // a sentence without full stop
  std::optional<bool> holds;  // nothing: not checked
  std::string found;          // what is wrong, or why it was not checked; may be empty
};

struct Explanation {
  std::string kind;  // as far as the beginning tells
  std::vector<Check> checks;
};

// kMalformed only for what nothing here is the beginning of. `root` as for inspect().
base::Result<Explanation> explain(const Specimen& specimen,
                                  const std::optional<note::Verifier>& root);

}  // namespace sealpost::flow
