// The store's connections and queries: those of sqlite/sqlite.hpp.
#pragma once

#include "sqlite/sqlite.hpp"

namespace sealpost::relay {

using sqlite::Database;
using sqlite::Query;

}  // namespace sealpost::relay
