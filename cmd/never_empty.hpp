// For options whose empty value would count as none.
#pragma once

#include <string>

#include "cmd/verb.hpp"

namespace sealpost::cmd {

// A script's unset variable must not change what is done: "" is a wrong use of the command line.
inline Option never_empty(Option option) {
  return option.check([](const std::string& value) {
    return value.empty() ? std::string("must not be empty") : std::string();
  });
}

}  // namespace sealpost::cmd
