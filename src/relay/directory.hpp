// The trust chain and the policy in force, as the relay's threads share them. Reads may run at
// once; changes come from the writer thread alone. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/policy.hpp"
#include "trust/chain.hpp"

namespace sealpost::relay {

class Directory {
 public:
  explicit Directory(const note::Verifier& root);

  // The result of `ask(chain)` while nobody changes it; nothing borrowed may leave.
  template <typename Ask>
  auto read(Ask ask) const {
    const std::shared_lock lock(mutex_);
    return ask(std::as_const(chain_));
  }
  std::uint64_t size() const;
  note::View view() const;
  // A copy that stays as it is; shared because policies are read on every thread.
  std::shared_ptr<const policy::Policy> policy() const;

  // As trust::Chain::append; a policy entry must also be a policy.
  base::Result<void> append(std::string_view entry);
  // Drops the entries from number `size` on.
  void truncate(std::uint64_t size);

 private:
  mutable std::shared_mutex mutex_;
  trust::Chain chain_;
  std::shared_ptr<const policy::Policy> policy_;
};

}  // namespace sealpost::relay
