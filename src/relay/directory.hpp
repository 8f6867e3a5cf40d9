// The trust chain and the policy in force, as the relay's threads share them. Reads may run at
// once; changes come from the writer thread alone. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
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
    return ask(std::as_const(state_.chain));
  }
  std::uint64_t size() const;
  note::View view() const;
  // A copy that stays as it is; shared because policies are read on every thread.
  std::shared_ptr<const policy::Policy> policy() const;

  // As trust::Chain::append; a policy entry must also be a policy.
  base::Result<void> append(std::string_view entry);

  // The writer's transaction: rollback() leads back to begin(), undo() to the last mark() behind
  // it. The first append behind each of them keeps a copy, so that going back verifies nothing
  // again; commit() lets go of the copies.
  void begin();
  void mark();
  void undo();
  void rollback();
  void commit();

 private:
  struct State {
    trust::Chain chain;
    std::shared_ptr<const policy::Policy> policy;
  };
  void keep();
  void put_back(std::optional<State>& earlier);

  mutable std::shared_mutex mutex_;
  State state_;
  // Writer thread only.
  bool marked_ = false;
  bool kept_ = false;  // since the mark
  std::optional<State> at_begin_;
  std::optional<State> at_mark_;  // only when it differs from at_begin_
};

}  // namespace sealpost::relay
