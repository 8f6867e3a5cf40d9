// Writing to a stream of the register: records become signed, encrypted entries, and are read back
// as everybody else reads them. sealpost-register(5), ENTRIES. One thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "flow/context.hpp"
#include "flow/register_follow.hpp"

namespace sealpost::flow {

struct RegisterDraft {
  std::vector<reg::Record> records;
  std::map<std::string, reg::ContactKey> keys;  // of contacts that these records add
  std::vector<std::string> blobs;               // that these records keep
  // Asked before each try to write, of the register as it is read then; its error ends the writing.
  // What it allows holds for shredding: the relay takes that only from who has read everything.
  std::function<base::Result<void>()> check;
};

// Whether this device's role may write: for what should not be begun else. kDenied.
base::Result<void> check_writes(const Installation& installation, base::Time now);

// Hands the records in, in as many entries as they need, each as a whole or not at all, and follows
// the stream until it has them back. `done` hears how many records are written. kDenied when this
// device may not write; as follow().
using Written = std::function<void(std::size_t records)>;
base::Result<void> write_register(Installation& installation, client::RelayClient& relay,
                                  reg::Stream stream, RegisterDraft draft, Context& context,
                                  const Written& done = {});

// One entry, signed and encrypted to `recipient`, as the relay takes it. `append` has what comes
// with it.
base::Result<wire::RegisterAppend> seal_entry(const Installation& installation,
                                              const StreamState& state, reg::Entry entry,
                                              const age::X25519Recipient& recipient,
                                              base::Random& random,
                                              wire::RegisterAppend append = {});

}  // namespace sealpost::flow
