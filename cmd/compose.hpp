// What the options of `send` ask for, put together: files opened by name, the text read, the
// subject found. One thread.
#pragma once

#include <string>
#include <vector>

#include "cmd/env.hpp"
#include "flow/send.hpp"

namespace sealpost::cmd {

struct SendOptions {
  std::vector<std::string> to;
  std::string subject;
  std::string subject_file;
  std::string purpose = "general";
  std::string expires;
  std::vector<std::string> files;
  std::string file_name;
  std::string key;
  std::string bwlimit;
  std::string passcode;
  std::string passcode_file;
  std::uint64_t max_views = 1;
  bool partial = false;
  bool no_notice = false;
  std::string batch;  // file; then nothing else is said here
  std::string text;
};

// kUsage when the options contradict each other; otherwise what reading says.
base::Result<flow::SendRequest> compose(const SendOptions& options, Env& env);

}  // namespace sealpost::cmd
