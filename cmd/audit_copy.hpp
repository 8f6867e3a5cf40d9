// `audit verify` for what lies in files: a mirror, any log's folder of tiles, a proof of one event.
// No network; with --root or --key neither profile nor vault.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace sealpost::cmd {

struct Env;

struct CopyOptions {
  std::string path;  // "-" for a proof on standard input
  std::string root;  // vkey
  std::string key;   // vkey
  std::string origin;
  std::vector<std::string> witnesses;  // vkeys
};

base::Result<void> verify_copy(const CopyOptions& options, Env& env);

}  // namespace sealpost::cmd
