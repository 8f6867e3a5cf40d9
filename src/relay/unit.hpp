// What a change works with while it runs on the writer thread. Borrowed for the length of a call.
#pragma once

#include <string>
#include <vector>

#include "note/note.hpp"
#include "relay/directory.hpp"
#include "relay/waiters.hpp"
#include "relay/written.hpp"

namespace sealpost::relay {

struct Unit {
  MetaWriter& store;
  Directory& directory;
  const note::Signer& log_key;
  base::Time now;      // of what is recorded
  note::View log;      // the checkpoint last published
  Arrivals& arrivals;  // whose polls are woken after the commit
  // Blobs whose rows the change has removed: their files go after the commit, before another change
  // runs. What a crash leaves of them the next start removes.
  std::vector<std::string>& files;
  bool& scrub;  // something was shredded: no copy of it stays in the store's files
};

}  // namespace sealpost::relay
