// Notices into a file, for trying things out: a line each, once each.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <set>

#include "base/file.hpp"
#include "notify/carrier.hpp"
#include "notify/document.hpp"

namespace sealpost::notify {
namespace {

constexpr std::string_view kBeforeId = R"("id":")";
constexpr std::size_t kPiece = 64 << 10;  // bytes

class File final : public Carrier {
 public:
  explicit File(std::string path) : path_(std::move(path)) {}

  base::Result<Attempt> carry(const Letter& letter) override {
    const auto written = write(letter);
    if (!written) return refused(written.error().text);
    return taken();
  }

 private:
  // Under a lock, so that of several processes one writes, and has read what the others wrote.
  base::Result<void> write(const Letter& letter) {
    const base::Fd file(::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!file) return base::errno_error("cannot open", path_);
    while (::flock(file.get(), LOCK_EX) != 0) {
      if (errno != EINTR) return base::errno_error("cannot lock", path_);
    }
    TRY(read_rest(file.get()));
    if (!rest_.empty()) {  // half a line, of a process that was killed: it goes
      if (::ftruncate(file.get(), read_) != 0) return base::errno_error("cannot mend", path_);
      rest_.clear();
    }
    if (ids_.contains(letter.id)) return {};
    const SecretText document = notice_document(letter, Link::kAlone);
    TRY(base::write_all(file.get(), base::as_bytes(document.view())));
    return {};
  }

  // The lines behind those that were read before.
  base::Result<void> read_rest(int file) {
    if (::lseek(file, read_, SEEK_SET) < 0) return base::errno_error("cannot read", path_);
    rest_.clear();
    base::Bytes piece(kPiece);
    for (;;) {
      TRY(const std::size_t count, base::read_some(file, piece));
      if (count == 0) return {};
      rest_ += base::as_text(base::ByteView(piece).first(count));
      take_lines();
    }
  }

  void take_lines() {
    std::size_t end = rest_.find('\n');
    for (; end != std::string::npos; end = rest_.find('\n')) {
      const std::string_view line = std::string_view(rest_).substr(0, end);
      const std::size_t at = line.find(kBeforeId);
      if (at != std::string_view::npos) {
        const std::string_view id = line.substr(at + kBeforeId.size());
        ids_.emplace(id.substr(0, id.find('"')));
      }
      read_ += static_cast<off_t>(end + 1);
      rest_.erase(0, end + 1);
    }
  }

  std::string path_;
  std::set<std::string, std::less<>> ids_;
  off_t read_ = 0;  // up to here whole lines were read
  std::string rest_;
};

}  // namespace

std::unique_ptr<Carrier> make_file(const ChannelSettings& settings) {
  return std::make_unique<File>(settings.command);
}

}  // namespace sealpost::notify
