// `receipt verify` for a receipt file: no network, and with --root neither profile nor vault.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::cmd {

struct Env;

struct ReceiptFileOptions {
  std::string file;    // "-" for standard input
  std::string root;    // vkey
  std::string mirror;  // folder; empty for none
};

// Whether this could be a message's number, its id, or a beginning of that.
bool may_be_message(std::string_view given);

// Whether what was given instead of a message is a file: "-", a path, a name that exists (of a
// folder: if it cannot be a message), or one that ends in .receipt.
bool names_receipt_file(const std::string& given);

base::Result<void> verify_receipt_file(const ReceiptFileOptions& options, Env& env);

}  // namespace sealpost::cmd
