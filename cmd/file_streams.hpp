// The file that a verb reads and the file that it writes, "-" and nothing meaning standard input
// and output. Reading shows progress and stops when the process is asked to; writing leaves nothing
// behind unless it is committed. One thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/stream.hpp"
#include "cmd/env.hpp"
#include "cmd/ui/progress.hpp"

namespace sealpost::cmd {

class InputFile final : public base::ByteSource {
 public:
  // Borrows env. kNotFound, kDenied.
  static base::Result<InputFile> open(const std::string& name, Env& env);
  // kInterrupted as soon as a signal has arrived, also while nothing comes.
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override;
  // Whether read() would return at once.
  bool is_ready() const;
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  InputFile(base::Fd owned, int fd, Env& env, const std::string& label, std::uint64_t size);
  base::Fd owned_;  // empty for standard input
  int fd_;
  const base::Interrupt& interrupt_;
  std::unique_ptr<ui::Progress> progress_;
  std::uint64_t bytes_read_ = 0;
};

// What the bytes are decides how they may reach a terminal.
enum class Content {
  kBinary,  // never
  kText,    // as they are: armor, a key
  kAny,     // whole and made harmless, if they are text of a size that somebody reads
};

class OutputFile final : public base::ByteSink {
 public:
  // Borrows env. A file gets `mode` and must not exist (kConflict). kUsage for binary content that
  // would go to a terminal.
  static base::Result<OutputFile> create(const std::string& name, mode_t mode, Content content,
                                         Env& env);
  base::Result<void> write(base::ByteView bytes) override;
  // The file appears under its name; what was held back for a terminal is shown.
  base::Result<void> commit();
  // Tells --json about the finished work: on standard output, unless the file went there.
  base::Result<void> report(const text::OrderedJson& document);
  std::uint64_t bytes_written() const { return bytes_written_; }

 private:
  OutputFile(Env& env, bool shown) : env_(env), shown_(shown) {}
  base::Result<void> hold(base::ByteView bytes);
  Env& env_;
  std::optional<base::PartialFile> file_;  // none: standard output
  bool shown_;                             // standard output is a terminal
  base::Bytes held_;                       // what a terminal gets in the end
  std::uint64_t bytes_written_ = 0;
};

}  // namespace sealpost::cmd
