#include "flow/through_pipe.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>

namespace sealpost::flow {
namespace {

// Set by the writer before it closes its end, read by the reader after it saw the end.
class Outcome {
 public:
  void set(base::Result<void> result) {
    const std::lock_guard lock(mutex_);
    if (!result) failed_ = std::move(result).error();
  }
  std::optional<base::Error> failure() {
    const std::lock_guard lock(mutex_);
    return failed_;
  }

 private:
  std::mutex mutex_;
  std::optional<base::Error> failed_;
};

class Source final : public base::ByteSource {
 public:
  Source(int fd, Outcome& outcome) : inner_(fd), outcome_(outcome) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    TRY(const std::size_t count, inner_.read(out));
    if (count > 0) return count;
    if (auto failed = outcome_.failure()) return *std::move(failed);
    return std::size_t{0};
  }

 private:
  base::FdSource inner_;
  Outcome& outcome_;
};

// A reader that gave up ends the writer with an error, not the process with a signal.
void block_broken_pipes() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

base::Result<void> guarded(const Produce& produce, base::ByteSink& sink) {
  try {
    return produce(sink);
  } catch (const std::exception& error) {
    return base::Error{base::Code::kInternal, error.what(), ""};
  }
}

}  // namespace

base::Result<void> through_pipe(const Produce& produce, const Consume& consume) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return base::Error{base::Code::kInternal, "no pipe can be made", ""};
  }
  base::Fd reading(ends[0]);
  base::Fd writing(ends[1]);
  Outcome outcome;
  std::jthread writer([&] {
    block_broken_pipes();
    base::FdSink sink(writing.get());
    outcome.set(guarded(produce, sink));
    writing.reset();
  });
  Source source(reading.get(), outcome);
  auto consumed = consume(source);
  reading.reset();
  writer.join();
  // A writer that failed because nobody read any more is not the one to blame.
  if (!consumed) return consumed;
  if (auto failed = outcome.failure()) return *std::move(failed);
  return {};
}

}  // namespace sealpost::flow
