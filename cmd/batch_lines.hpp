// Messages as lines of JSON, for `send --batch`. sealpost-send(1), BATCHES. One thread.
#pragma once

#include <optional>
#include <string>

#include "cmd/file_streams.hpp"
#include "flow/send.hpp"

namespace sealpost::cmd {

inline constexpr std::size_t kMaxBatchLine = 12 << 20;  // bytes

struct BatchLine {
  std::uint64_t number = 0;  // from 1
  crypto::SecretBytes text;  // empty for one that is too long
  bool too_long = false;
};

class BatchLines {
 public:
  explicit BatchLines(InputFile& file) : file_(file) {}
  // The next one that is not empty; nothing at the end. Waits only when none is here.
  base::Result<std::optional<BatchLine>> next();
  // Whether next() would answer without waiting for somebody to write.
  bool is_here() const;

 private:
  std::optional<BatchLine> take();
  base::Result<void> fill();
  InputFile& file_;
  std::string held_;
  std::size_t looked_ = 0;  // bytes of held_ without a line's end
  std::uint64_t number_ = 0;
  bool skipping_ = false;  // the rest of a line that is too long
  bool ended_ = false;
};

// kUsage for a line that is not such an object, naming the field.
base::Result<flow::SendRequest> parse_batch_line(const BatchLine& line, base::Time now);

}  // namespace sealpost::cmd
