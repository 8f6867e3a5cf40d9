#include "flow/blob_reader.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "flow/range_queue.hpp"

namespace sealpost::flow {
namespace {

// What is at hand, then what comes. Borrows both.
class Joined final : public base::ByteSource {
 public:
  Joined(base::ByteView first, base::ByteSource& rest) : first_(first), rest_(rest) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    if (first_.empty()) return rest_.read(out);
    const std::size_t count = std::min(out.size(), first_.size());
    std::copy_n(first_.begin(), count, out.begin());
    first_ = first_.subspan(count);
    return count;
  }

 private:
  base::ByteView first_;
  base::ByteSource& rest_;
};

// A file as it lies there, until the process is asked to stop.
class CheckedFile final : public base::ByteSource {
 public:
  CheckedFile(int fd, const base::Interrupt& interrupt) : file_(fd), interrupt_(interrupt) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    if (interrupt_.requested()) return base::Error{base::Code::kInterrupted, "interrupted", ""};
    return file_.read(out);
  }

 private:
  base::FdSource file_;
  const base::Interrupt& interrupt_;
};

base::Result<void> drop(base::ByteSource& source, std::uint64_t count) {
  base::Bytes dropped(static_cast<std::size_t>(count));
  TRY(base::read_full(source, dropped));
  return {};
}

}  // namespace

base::Result<BlobReader> BlobReader::open(client::RelayClient& client, const Download& download,
                                          Context& context) {
  BlobReader reader(client, download, context);
  TRY(reader.load());
  return reader;
}

base::Result<void> BlobReader::load() {
  TRY(wire::BlobCompletion blob, client_->blob_leaves(attachment_->blob));
  TRY(message::verify_leaves(blob.leaves, *attachment_));
  leaves_ = std::move(blob.leaves);
  client::Pacer pacer(context_->clock, context_->interrupt, bandwidth_);
  base::MemorySink sink;
  TRY(client_->fetch_blob(attachment_->blob, 0,
                          std::min(message::kLeafSize, attachment_->ciphertext_size), sink, pacer));
  first_leaf_ = sink.take();
  TRY(check_leaf(first_leaf_, leaves_.front()));
  TRY(keys_, message::open_blob_keys(attachment_->key, first_leaf_));
  return {};
}

base::Result<std::uint64_t> BlobReader::count_true(int fd) const {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || ::lseek(fd, 0, SEEK_SET) != 0) {
    return base::errno_error("cannot read what is there");
  }
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > attachment_->size || (size == 0 && attachment_->size > 0)) return std::uint64_t{0};
  CheckedFile file(fd, context_->interrupt);
  return message::count_true_bytes(*attachment_, keys_, leaves_, first_leaf_, file);
}

base::Result<void> BlobReader::read_rest(std::uint64_t from, base::ByteSink& sink) {
  const std::uint64_t place = message::place_of(from);
  const std::uint64_t leaf = place / message::kLeafSize;
  client::Pacer pacer(context_->clock, context_->interrupt, bandwidth_);
  RangeQueue queue(*client_, *attachment_, leaves_, std::max<std::uint64_t>(leaf, 1), pacer,
                   context_->interrupt);
  Joined verified(leaf == 0 ? base::ByteView(first_leaf_) : base::ByteView(), queue);
  TRY(drop(verified, place % message::kLeafSize));
  return message::open_rest(*attachment_, keys_, from, verified, sink);
}

}  // namespace sealpost::flow
