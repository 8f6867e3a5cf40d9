// Receipt files and mirrors together: what `sealpost receipt verify FILE` does. Reads the mirror's
// files and nothing else: no vault, no network, no clock.
#pragma once

#include "flow/receipt_judge.hpp"

namespace sealpost::flow {

// The verdict of judge_receipt_file(), held against the mirror in that folder where one is given.
// Errors are those of judge_receipt_file() and read_mirror(): of a mirror that does not hold
// nothing is concluded about the receipt.
base::Result<FileVerdict> verify_receipt_file(std::string_view bytes, const note::Verifier& root,
                                              const std::optional<std::filesystem::path>& mirror,
                                              const base::Interrupt& interrupt);

}  // namespace sealpost::flow
