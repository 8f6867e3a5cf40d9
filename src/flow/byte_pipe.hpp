// A bounded pipe between two threads: one writes, one reads, at most a few MiB lie between them.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "base/stream.hpp"

namespace sealpost::flow {

class BytePipe {
 public:
  // The writing end; used by one thread.
  class Sink final : public base::ByteSink {
   public:
    explicit Sink(BytePipe& pipe) : pipe_(pipe) {}
    // kInterrupted once the reader has given up.
    base::Result<void> write(base::ByteView bytes) override;

   private:
    BytePipe& pipe_;
  };
  // The reading end; used by one thread at a time.
  class Source final : public base::ByteSource {
   public:
    explicit Source(BytePipe& pipe) : pipe_(pipe) {}
    // The writer's error, once everything before it was read.
    base::Result<std::size_t> read(std::span<std::uint8_t> out) override;

   private:
    BytePipe& pipe_;
    base::Bytes block_;
    std::size_t taken_ = 0;
  };

  // By the writer, once, after its last write: how its work ended.
  void close(base::Result<void> outcome);
  // By the reader, when it wants no more: wakes a writer that waits.
  void abandon();

 private:
  bool push_filling();
  bool pop(base::Bytes& block);

  std::mutex mutex_;
  std::condition_variable changed_;
  base::Bytes filling_;  // the writer's own until it is full
  std::deque<base::Bytes> full_;
  std::deque<base::Bytes> spare_;
  std::optional<base::Result<void>> outcome_;
  bool abandoned_ = false;
};

}  // namespace sealpost::flow
