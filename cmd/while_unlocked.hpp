// For what runs in the background with an open vault: it ends when the agent forgets the key.
#pragma once

#include "agent/agent.hpp"
#include "cmd/opened.hpp"
#include "cmd/session.hpp"

namespace sealpost::cmd {

// Also asked to stop when the agent has forgotten the key with which the vault was opened.
class WhileUnlocked final : public base::Interrupt {
 public:
  WhileUnlocked(const Env& env, const OpenedQuietly& quietly)
      : env_(env),
        address_(agent_address(env, quietly.opened.profile)),
        by_agent_(quietly.by_agent) {}
  bool requested() const override { return env_.interrupt.requested() || locked(); }
  bool locked() const {
    constexpr base::milliseconds kEvery{1000};
    const base::milliseconds now = env_.clock.steady();
    if (!by_agent_ || locked_ || now < next_) return locked_;
    next_ = now + kEvery;
    const auto state = agent::ask_state(address_);  // which is no use of it
    locked_ = !state && state.error().code == base::Code::kLocked;
    return locked_;
  }
  // Why the work really ended.
  base::Error why(const base::Error& ended) const {
    const bool stopped = ended.code == base::Code::kInterrupted;
    if (!stopped || env_.interrupt.requested() || !locked()) return ended;
    return {base::Code::kLocked, "the vault was locked, and this has ended",
            "`sealpost unlock`, and begin again"};
  }

 private:
  const Env& env_;
  const agent::Address address_;
  const bool by_agent_;
  mutable base::milliseconds next_{};
  mutable bool locked_ = false;
};

}  // namespace sealpost::cmd
