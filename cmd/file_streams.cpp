#include "cmd/file_streams.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/safety.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMostShown = 1 << 20;  // bytes of plaintext on a terminal
constexpr int kAskEvery = 100;               // milliseconds between looks at the signals

bool is_standard(const std::string& name) { return name.empty() || name == "-"; }

// 0 when there is no telling: a pipe, a device.
std::uint64_t size_of(int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size < 0) return 0;
  return static_cast<std::uint64_t>(info.st_size);
}

bool is_folder(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
}

base::Error not_for_terminals(std::string_view what, std::string_view hint) {
  return {base::Code::kUsage, std::string(what) + " does not belong on a terminal",
          std::string(hint)};
}

}  // namespace

InputFile::InputFile(base::Fd owned, int fd, Env& env, const std::string& label, std::uint64_t size)
    : owned_(std::move(owned)),
      fd_(fd),
      interrupt_(env.interrupt),
      progress_(std::make_unique<ui::Progress>(env, label, size)) {}

base::Result<InputFile> InputFile::open(const std::string& name, Env& env) {
  if (is_standard(name)) return InputFile({}, STDIN_FILENO, env, "standard input", 0);
  TRY(base::Fd file, base::open_read(name));
  const int fd = file.get();
  if (is_folder(fd)) {
    return base::Error{base::Code::kUsage, name + " is a folder", "pack it first, as with tar"};
  }
  return InputFile(std::move(file), fd, env, name, size_of(fd));
}

base::Result<std::size_t> InputFile::read(std::span<std::uint8_t> out) {
  pollfd input{fd_, POLLIN, 0};
  do {
    if (interrupt_.requested()) return base::Error{base::Code::kInterrupted, "interrupted", ""};
  } while (::poll(&input, 1, kAskEvery) <= 0);
  TRY(const std::size_t count, base::read_some(fd_, out));
  bytes_read_ += count;
  progress_->update(bytes_read_);
  return count;
}

bool InputFile::is_ready() const {
  pollfd input{fd_, POLLIN, 0};
  return ::poll(&input, 1, 0) > 0;
}

base::Result<OutputFile> OutputFile::create(const std::string& name, mode_t mode, Content content,
                                            Env& env) {
  if (is_standard(name)) {
    const bool terminal = env.terminal.out_is_terminal();
    if (terminal && content == Content::kBinary) {
      return not_for_terminals("a sealed file", "write it to a file with -o, or as text with -a");
    }
    return OutputFile(env, terminal && content == Content::kAny);
  }
  OutputFile output(env, false);
  TRY(base::PartialFile file, base::PartialFile::create(name, mode));
  output.file_.emplace(std::move(file));
  return output;
}

base::Result<void> OutputFile::hold(base::ByteView bytes) {
  if (held_.size() + bytes.size() > kMostShown) {
    return not_for_terminals("so much text", "write it to a file with -o");
  }
  base::append(held_, bytes);
  return {};
}

base::Result<void> OutputFile::write(base::ByteView bytes) {
  bytes_written_ += bytes.size();
  if (shown_) return hold(bytes);
  return base::write_all(file_ ? file_->fd() : STDOUT_FILENO, bytes);
}

base::Result<void> OutputFile::commit() {
  if (file_) return file_->commit();
  if (held_.empty()) return {};
  if (!text::is_utf8(base::as_text(held_)) ||
      base::as_text(held_).find('\0') != std::string::npos) {
    return not_for_terminals("a binary file", "write it to a file with -o");
  }
  return env_.out.block(base::as_text(held_));
}

base::Result<void> OutputFile::report(const text::OrderedJson& document) {
  if (!env_.out.json()) return {};
  if (file_) return env_.out.document(document);
  env_.terminal.write_err(text::to_line(document) + "\n");
  return {};
}

}  // namespace sealpost::cmd
