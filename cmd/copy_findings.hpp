// What a check of a copy of the log, or of a proof, found, and how that is said.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cmd/env.hpp"
#include "flow/cosigned.hpp"
#include "flow/mirror.hpp"

namespace sealpost::cmd {

struct CopyFindings {
  std::string_view copy;  // what it is
  std::string verified;   // one line
  std::vector<ui::Field> lines;
  std::vector<std::pair<std::string, text::OrderedJson>> json;  // members behind "origin"
  merkle::Checkpoint checkpoint;
  std::vector<flow::Cosigned> cosignatures;
};

// In words or as JSON (audit-verification in sealpost-json(5)).
base::Result<void> print(const CopyFindings& found, Env& env);

}  // namespace sealpost::cmd
