// A tar archive (pax interchange format, POSIX.1-2001) that is written as it comes into being:
// files one after the other, each with its size known beforehand. libarchive behind three calls.
// One thread. Errors are the sink's; kInternal when libarchive refuses.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/seams.hpp"
#include "base/stream.hpp"

namespace sealpost::flow {

class TarWriter {
 public:
  // Borrows the sink.
  static base::Result<TarWriter> open(base::ByteSink& sink);

  // A regular file of mode 0600. `path` is relative and the caller's to keep harmless.
  base::Result<void> add(const std::string& path, base::ByteView bytes, base::Time modified);
  // The same in pieces: exactly `size` bytes have to follow through content(), which stays valid
  // until the next call here.
  base::Result<base::ByteSink*> begin(const std::string& path, std::uint64_t size,
                                      base::Time modified);
  base::Result<void> finish();

  TarWriter(TarWriter&&) noexcept;
  ~TarWriter();

 private:
  struct State;
  explicit TarWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;  // libarchive keeps its address
};

}  // namespace sealpost::flow
