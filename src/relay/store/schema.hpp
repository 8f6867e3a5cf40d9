// The tables of relay.db. Bodies lie in append-only tables under integer keys; what is looked up
// lies in narrow indexes beside them.
#pragma once

#include <string_view>

#include "relay/store/sqlite.hpp"

namespace sealpost::relay {

inline constexpr std::string_view kStoreVersion = "2";  // user_version of the file

// Sets WAL and synchronous=FULL and verifies that they hold, creates missing tables. kMalformed
// when a newer version wrote the file.
base::Result<void> prepare_writer(Database& database);

}  // namespace sealpost::relay
