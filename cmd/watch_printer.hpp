// Who a watch tells on standard output; and what every watch says of what does not verify.
#pragma once

#include <string>
#include <vector>

#include "cmd/env.hpp"
#include "flow/watch.hpp"

namespace sealpost::cmd {

// What does not verify is named on standard error, and kept for the exit status.
class Refusals : public flow::Watcher {
 public:
  explicit Refusals(Env& env) : env_(env) {}
  base::Result<void> refused(const flow::Rejected& delivery) override;
  base::Result<void> refused(const std::string& receipt) override;
  // kVerificationFailed when there was any.
  base::Result<void> verdict() const;

 private:
  Env& env_;
  std::vector<std::string> reasons_;
};

class Printer final : public Refusals {
 public:
  explicit Printer(Env& env) : Refusals(env), env_(env) {}
  base::Result<void> message(const flow::Listed& message) override;
  base::Result<void> receipt(const flow::Listed& message,
                             const flow::Progressed& recipient) override;
  base::Result<void> recall(const flow::RecallRecord& recall) override;
  base::Result<void> order(const flow::Obeyed& order) override;
  base::Result<void> away(const base::Error& why) override;
  base::Result<void> back() override;

 private:
  base::Result<void> state(bool away);
  Env& env_;
};

}  // namespace sealpost::cmd
