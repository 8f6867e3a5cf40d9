// One that writes and one that reads, side by side: what the first writes into its sink the second
// reads from its source, through a pipe of the system, so that neither holds more than a piece.
#pragma once

#include <functional>

#include "base/stream.hpp"

namespace sealpost::flow {

using Produce = std::function<base::Result<void>(base::ByteSink&)>;
using Consume = std::function<base::Result<void>(base::ByteSource&)>;

// `produce` runs on a thread of its own, `consume` on the caller's, which waits for both. When one
// fails the other ends: the reader fails with the writer's error instead of seeing an end, so that
// a beginning is never taken for the whole. The writer's error comes first.
base::Result<void> through_pipe(const Produce& produce, const Consume& consume);

}  // namespace sealpost::flow
