// A command of the user's that is handed one document: run without a shell, with the document on
// its standard input. One thread; POSIX.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/seams.hpp"

namespace sealpost::flow {

// That there is such a program, by its path or in one of the folders of `search` (PATH); kUsage.
base::Result<void> check_command(const std::string& name, std::string_view search);

// Its exit status, or 128 and the number of the signal that ended it. Output and errors go where
// ours go. It gets no descriptor besides, and no variable that leads to a passphrase. Input that it
// does not read is lost and hurts nobody. Interrupted, it is asked to end, killed when it does not
// within twelve seconds, and this fails with kInterrupted.
base::Result<int> run_command(const std::vector<std::string>& command, std::string_view input,
                              const base::Interrupt& interrupt);

}  // namespace sealpost::flow
