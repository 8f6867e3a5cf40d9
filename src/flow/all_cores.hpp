// Pure work on every core of the machine.
#pragma once

#include <cstddef>
#include <functional>

namespace sealpost::flow {

// Calls work(0) ... work(count - 1), each once, on any thread and in any order, and returns when
// all are done. What they share must be safe to share. `work` does not throw.
void on_all_cores(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace sealpost::flow
