// watch --exec: each event is a command's, which is told it until it succeeds. sealpost-watch(1).
#pragma once

#include <string>
#include <vector>

#include "cmd/env.hpp"
#include "cmd/watch_printer.hpp"

namespace sealpost::cmd {

// Hands the JSON document of each event to the command. kPartial when it ends with another status
// than 0, for messages, receipts and recalls; what is said once and not repeated is a warning then.
class Runner final : public Refusals {
 public:
  Runner(Env& env, const base::Interrupt& interrupt, std::vector<std::string> command)
      : Refusals(env), env_(env), interrupt_(interrupt), command_(std::move(command)) {}
  base::Result<void> message(const flow::Listed& message) override;
  base::Result<void> receipt(const flow::Listed& message,
                             const flow::Progressed& recipient) override;
  base::Result<void> recall(const flow::RecallRecord& recall) override;
  base::Result<void> order(const flow::Obeyed& order) override;
  base::Result<void> away(const base::Error& why) override;
  base::Result<void> back() override;

 private:
  base::Result<void> run(const text::OrderedJson& document);
  base::Result<void> run_once(const text::OrderedJson& document);
  Env& env_;
  const base::Interrupt& interrupt_;
  std::vector<std::string> command_;
};

}  // namespace sealpost::cmd
