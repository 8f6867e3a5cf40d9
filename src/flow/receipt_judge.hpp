// The offline judge of receipt files: from bytes and the root's key to a verdict, without vault and
// without network. sealpost-receipt(5), JUDGEMENT OF A FILE. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/mirror.hpp"
#include "flow/receipts.hpp"
#include "receipt/file.hpp"

namespace sealpost::flow {

struct FileVerdict {
  receipt::File file;             // what was judged
  merkle::Checkpoint checkpoint;  // its signature holds unless `reason` says otherwise
  std::vector<Evident> evidence;  // one for each receipt, in the order of the log
  std::string reason;             // what does not hold, first of all; empty: everything does
  std::optional<std::uint64_t> mirror_size;  // events in the mirror that it was held against
  bool mirror_behind = false;  // the mirror is too old to judge by; nothing speaks against the file
  // How many witnesses the policy asked for then, and have cosigned when it is verified; nothing
  // when nobody knows what it asked: a file does not say, a mirror does.
  std::optional<std::uint64_t> quorum;
  bool verified() const { return reason.empty(); }
};

// kMalformed only for what is no receipt file at all; everything else that is wrong is in the
// verdict. Without a mirror nothing is known about revocations that the file does not hold, nor
// about what became of the log later, nor whether the policy asks for witnesses.
base::Result<FileVerdict> judge_receipt_file(std::string_view bytes, const note::Verifier& root,
                                             const Mirror* mirror);

// Whether the times that are claimed can be: a device does nothing with a message before the relay
// accepted it and signs nothing after it was logged, give or take the clocks that the relay
// tolerates. kVerificationFailed.
base::Result<void> check_times(const receipt::Receipt& said, base::Time logged_at,
                               base::Time accepted_at);

}  // namespace sealpost::flow
