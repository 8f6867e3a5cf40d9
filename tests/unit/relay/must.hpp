// Results and transactions of a store in a test, where failing ends the case.
#pragma once

#include <doctest/doctest.h>

#include <functional>

#include "relay/store/meta_store.hpp"

namespace sealpost::testing {

template <typename T>
T must_have(base::Result<T> result) {
  REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error().text));
  return *std::move(result);
}
inline void must(const base::Result<void>& result) {
  REQUIRE_MESSAGE(result.has_value(), (result ? "" : result.error().text));
}

inline void in_transaction(relay::MetaWriter& writer, const std::function<void()>& change) {
  must(writer.begin());
  change();
  must(writer.commit());
}

}  // namespace sealpost::testing
