// Who besides the log has signed a checkpoint: the witnesses' cosignatures on it. Pure,
// thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "note/cosignature.hpp"
#include "policy/policy.hpp"

namespace sealpost::flow {

struct Cosigned {
  std::string name;              // of the key, as the line says
  std::string key;               // its id, 8 hex digits
  std::optional<base::Time> at;  // when a known witness cosigned; nothing: nobody vouches for it
};

// Every signature line that is not the log's, in their order; those of `witnesses` are verified.
// kVerificationFailed when the line of a known witness does not hold.
base::Result<std::vector<Cosigned>> cosignatures_on(const note::Note& checkpoint,
                                                    const note::Verifier& log,
                                                    std::span<const note::Cosigner> witnesses);

// The keys that the policy names.
base::Result<std::vector<note::Cosigner>> witnesses_of(const policy::Policy& policy);

// kVerificationFailed unless at least `quorum` of the witnesses are among those found.
base::Result<void> check_quorum(std::span<const Cosigned> found,
                                std::span<const note::Cosigner> witnesses, std::size_t quorum);

}  // namespace sealpost::flow
