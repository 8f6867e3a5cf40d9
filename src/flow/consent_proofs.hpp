// What proves that leave was given, out of the register again: the evidence that was stored sealed,
// and the text that was shown. sealpost-consent(1), show. One thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "flow/register_state.hpp"
#include "flow/transfer.hpp"

namespace sealpost::flow {

// Of one grant; empty where there is none, or it cannot be had any more.
struct SavedProof {
  std::string grant;
  std::filesystem::path evidence;
  std::filesystem::path disclosure;
};

// Of every grant that was recorded by `when`: the evidence as save_register_file(), the text as
// disclosure-<beginning of its SHA-256>.txt, mode 0600, never over another file, once for all that
// name it; saving again finds what was saved. Meets the relay only where there is evidence.
// kNotFound when there is no such folder, or nothing to save.
base::Result<std::vector<SavedProof>> save_proofs(Installation& installation,
                                                  const KeyedContact& keyed, base::Time when,
                                                  const std::filesystem::path& folder,
                                                  Context& context, TransferProgress& progress);

}  // namespace sealpost::flow
