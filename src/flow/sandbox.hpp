// A temporary organisation with a real relay and real keys, gone afterwards. sealpost-sandbox(1).
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "flow/context.hpp"

namespace sealpost::flow {

struct SandboxRequest {
  std::vector<std::string> members;  // user ids, besides owner and auditor
  std::vector<std::string> command;  // empty: a shell
  std::string program;               // this binary
  std::filesystem::path parent;      // where the temporary folder is made
};
struct SandboxFacts {
  std::filesystem::path home;  // SEALPOST_HOME inside
  std::string url;
  std::vector<std::string> profiles;
};

// Builds the sandbox, tells `ready`, runs the command inside and returns its exit status. Nothing
// is left behind, whatever happens. kUsage for a name that is no user id.
base::Result<int> run_sandbox(const SandboxRequest& request, Context& context,
                              const std::function<base::Result<void>(const SandboxFacts&)>& ready);

}  // namespace sealpost::flow
