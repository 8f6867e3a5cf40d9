// -r and -R of the verbs that encrypt to age recipients.
#pragma once

#include <string>
#include <vector>

#include "age/x25519.hpp"
#include "cmd/verb.hpp"

namespace sealpost::cmd {

struct RecipientOptions {
  std::vector<std::string> recipients;
  std::vector<std::string> files;
  bool any() const { return !recipients.empty() || !files.empty(); }
};

void add_recipient_options(Verb verb, RecipientOptions& options);

// In the order in which they were named. kMalformed, naming where; what may be a secret key, given
// by mistake, is not repeated.
base::Result<std::vector<age::X25519Recipient>> read_recipients(const RecipientOptions& options);

}  // namespace sealpost::cmd
