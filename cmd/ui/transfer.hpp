// Shows attachments on their way with ui::Progress.
#pragma once

#include <memory>

#include "cmd/ui/progress.hpp"
#include "flow/transfer.hpp"
#include "text/safety.hpp"

namespace sealpost::ui {

class Transfer final : public flow::TransferProgress {
 public:
  explicit Transfer(cmd::Env& env) : env_(env) {}
  void start(const std::string& name, std::optional<std::uint64_t> total) override {
    skipped_ = bytes_ = 0;
    shown_ = std::make_unique<Progress>(env_, text::for_terminal(name), total.value_or(0));
  }
  void skip(std::uint64_t bytes) override {
    skipped_ += bytes;
    if (shown_) shown_->update(bytes_, skipped_);
  }
  void advance(std::uint64_t bytes) override {
    bytes_ += bytes;
    if (shown_) shown_->update(bytes_, skipped_);
  }
  void done() override { shown_.reset(); }

 private:
  cmd::Env& env_;
  std::unique_ptr<Progress> shown_;
  std::uint64_t bytes_ = 0;    // moved now
  std::uint64_t skipped_ = 0;  // there before
};

}  // namespace sealpost::ui
