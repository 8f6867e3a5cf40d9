// The tables of relay.db. Bodies lie in append-only tables under integer keys; what is looked up
// lies in narrow indexes beside them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "relay/store/sqlite.hpp"

namespace sealpost::relay {

inline constexpr std::string_view kStoreVersion = "8";  // user_version of the file

// Sets WAL and synchronous=FULL and verifies that they hold, creates missing tables. kMalformed
// when a newer version wrote the file; kVerificationFailed when a table or an index is not as it
// was made: indexes keep what must be there only once.
base::Result<void> prepare_writer(Database& database);

struct SchemaFault {
  std::string object;  // "index messages_once"
  std::string_view what;
};
// What in the file is not as prepare_writer() makes it.
base::Result<std::vector<SchemaFault>> compare_schema(Database& database);

}  // namespace sealpost::relay
