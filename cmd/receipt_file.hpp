// `receipt verify` for a receipt file: no profile, no vault, no network.
#pragma once

#include <string>

#include "base/result.hpp"

namespace sealpost::cmd {

struct Env;

struct ReceiptFileOptions {
  std::string file;    // "-" for standard input
  std::string root;    // vkey
  std::string mirror;  // folder; empty for none
};

// Whether what was given instead of a message is a file: "-", a path, or a name that exists or ends
// in .receipt.
bool names_receipt_file(const std::string& given);

base::Result<void> verify_receipt_file(const ReceiptFileOptions& options, Env& env);

}  // namespace sealpost::cmd
