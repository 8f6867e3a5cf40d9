// What every MetaStore promises, relay/store/meta_store.hpp, as one suite for all of them. A
// store's own test file calls it in a test case of its own:
//
//   TEST_CASE("SQLite keeps the promises of a store") { check_store(opener); }
#pragma once

#include <functional>
#include <memory>

#include "relay/store/meta_store.hpp"

namespace sealpost::testing {

// Opens the same store every time it is called; one at a time is open. The first time it is new.
using OpenStore = std::function<std::unique_ptr<relay::MetaStore>()>;

// Runs the whole suite, each part in a subcase. `fresh` makes an opener of a new, empty store.
void check_store(const std::function<OpenStore()>& fresh);
// Its part about the register.
void check_register(const OpenStore& open);
// And about messages that are taken back.
void check_recalls(relay::MetaStore& store);

}  // namespace sealpost::testing
