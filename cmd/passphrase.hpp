// Passphrases from where scripts keep them: the first line of a file, of a descriptor or of what a
// command prints, without the line end. They go from the descriptor straight into guarded memory.
// Errors: kLocked when the source gives none, kMalformed when it is too long. One thread.
#pragma once

#include <string>

#include "base/seams.hpp"
#include "cmd/globals.hpp"
#include "crypto/secret.hpp"

namespace sealpost::cmd {

inline constexpr std::size_t kLongestPassphrase = 4096;  // bytes

base::Result<crypto::SecretBytes> passphrase_from_fd(int fd);
base::Result<crypto::SecretBytes> passphrase_from_file(const std::string& path);  // "-": stdin
// Run by /bin/sh; its standard error stays ours.
base::Result<crypto::SecretBytes> passphrase_from_command(const std::string& command);

// The one that the options name; empty when they name none. kUsage when they name several.
base::Result<crypto::SecretBytes> passphrase_from_options(const Globals& globals);

// Typed at the terminal. kLocked, with what else could have been done, when there is none.
base::Result<crypto::SecretBytes> typed_passphrase(base::Terminal& terminal,
                                                   std::string_view prompt);
// Typed twice; kUsage when empty or different.
base::Result<crypto::SecretBytes> typed_new_passphrase(base::Terminal& terminal,
                                                       std::string_view prompt);

}  // namespace sealpost::cmd
