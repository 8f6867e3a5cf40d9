#include "forward/cursor.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "base/encoding.hpp"

namespace sealpost::forward {
namespace {

using base::Code;
using base::Error;
using base::Result;

constexpr std::string_view kVersion = "sealpost-forward/1";
constexpr std::size_t kMaxFile = 4096;

Result<base::Fd> lock(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / ".lock";
  base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return base::errno_error("cannot open", path);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  return Error{Code::kConflict, folder.string() + " is in use by another sealpost",
               "one process forwards to one collector"};
}

// The value of "key: value".
Result<std::string_view> field(std::string_view line, std::string_view key) {
  if (line.starts_with(key) && line.substr(key.size()).starts_with(": ")) {
    return line.substr(key.size() + 2);
  }
  return Error{Code::kMalformed, "the cursor of a forwarder is out of form",
               "remove it to forward everything again"};
}

}  // namespace

Result<Cursor> Cursor::open(const std::filesystem::path& folder, const std::string& to) {
  TRY(base::make_private_folder(folder));
  TRY(base::Fd held, lock(folder));
  Cursor cursor(folder / "cursor", to, std::move(held));
  if (std::filesystem::exists(cursor.file_)) TRY(cursor.read());
  return cursor;
}

Result<void> Cursor::read() {
  TRY(const base::Bytes bytes, base::read_file(file_, kMaxFile));
  const auto lines = base::split(base::as_text(bytes), '\n');
  if (lines.size() != 5 || lines[0] != kVersion || !lines[4].empty()) {
    return Error{Code::kMalformed, file_.string() + " is no cursor of a forwarder",
                 "remove it to forward everything again"};
  }
  TRY(const std::string_view to, field(lines[1], "to"));
  TRY(const std::string_view next, field(lines[2], "next"));
  TRY(const std::string_view mark, field(lines[3], "mark"));
  if (to != to_) {
    return Error{Code::kConflict, file_.string() + " is of another collector: " + std::string(to),
                 "give each its own --spool"};
  }
  TRY(place_.next, base::parse_decimal(next));
  place_.mark = mark;
  return {};
}

Result<void> Cursor::move(Place place) {
  const std::string text = std::string(kVersion) + "\nto: " + to_ +
                           "\nnext: " + std::to_string(place.next) + "\nmark: " + place.mark + "\n";
  TRY(base::replace_file(file_, base::as_bytes(text), 0600));
  place_ = std::move(place);
  return {};
}

}  // namespace sealpost::forward
