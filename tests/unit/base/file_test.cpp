// Files: whole or absent, never over something else, and errors with the right Code.
#include "base/file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "base/stream.hpp"

namespace sealpost::base {
namespace {

namespace fs = std::filesystem;

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (fs::temp_directory_path() / "sealpost-file-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempFolder() { fs::remove_all(path_); }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  fs::path operator/(std::string_view name) const { return path_ / name; }
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

std::string content(const fs::path& path) {
  return std::string(as_text(*read_file(path, 1 << 20)));
}

mode_t mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

}  // namespace

TEST_CASE("a new file has its content and mode, and is never overwritten") {
  const TempFolder folder;
  const fs::path path = folder / "key.txt";
  REQUIRE(write_new_file(path, as_bytes("first"), 0600));
  CHECK(content(path) == "first");
  CHECK(mode_of(path) == 0600);
  CHECK(write_new_file(path, as_bytes("second"), 0600).error().code == Code::kConflict);
  CHECK(content(path) == "first");
  CHECK(folder.count() == 1);
}

TEST_CASE("a dangling link counts as existing") {
  const TempFolder folder;
  fs::create_symlink(folder / "nowhere", folder / "link");
  CHECK(write_new_file(folder / "link", as_bytes("x"), 0600).error().code == Code::kConflict);
  CHECK(create_new(folder / "link", 0600).error().code == Code::kConflict);
  CHECK_FALSE(fs::exists(folder / "nowhere"));
}

TEST_CASE("a partial file that is not committed leaves nothing") {
  const TempFolder folder;
  {
    const auto file = PartialFile::create(folder / "scan.dcm", 0600);
    REQUIRE(file);
    REQUIRE(write_all(file->fd(), as_bytes("half")));
    CHECK(fs::exists(folder / "scan.dcm.partial"));
    CHECK_FALSE(fs::exists(folder / "scan.dcm"));
  }
  CHECK(folder.count() == 0);
}

TEST_CASE("a committed file stands under its name alone") {
  const TempFolder folder;
  auto file = PartialFile::create(folder / "scan.dcm", 0640);
  REQUIRE(file);
  PartialFile moved = *std::move(file);
  REQUIRE(write_all(moved.fd(), as_bytes("whole")));
  REQUIRE(moved.commit());
  CHECK(content(folder / "scan.dcm") == "whole");
  CHECK(folder.count() == 1);
}

TEST_CASE("a .partial that is there already may be anybody's: it stays and is in nobody's way") {
  const TempFolder folder;
  REQUIRE(write_new_file(folder / "scan.dcm.partial", as_bytes("precious"), 0600));
  REQUIRE(write_new_file(folder / "scan.dcm", as_bytes("new"), 0640));
  CHECK(content(folder / "scan.dcm") == "new");
  CHECK(content(folder / "scan.dcm.partial") == "precious");
  CHECK(folder.count() == 2);
  { REQUIRE(PartialFile::create(folder / "scan", 0600)); }
  CHECK(folder.count() == 2);
}

TEST_CASE("two writers of one file do not take each other's half") {
  const TempFolder folder;
  auto first = PartialFile::create(folder / "scan.dcm", 0600);
  REQUIRE(first);
  REQUIRE(write_all(first->fd(), as_bytes("first")));
  CHECK(PartialFile::create(folder / "scan.dcm", 0600).error().code == Code::kConflict);
  REQUIRE(first->commit());
  CHECK(content(folder / "scan.dcm") == "first");
}

TEST_CASE("a partial file that somebody replaced is not given the final name") {
  const TempFolder folder;
  auto file = PartialFile::create(folder / "scan.dcm", 0600);
  REQUIRE(file);
  fs::remove(folder / "scan.dcm.partial");
  REQUIRE(write_new_file(folder / "scan.dcm.partial", as_bytes("foreign"), 0600));
  CHECK(file->commit().error().code == Code::kConflict);
  CHECK_FALSE(fs::exists(folder / "scan.dcm"));
}

TEST_CASE("a name that was taken meanwhile is not replaced by commit") {
  const TempFolder folder;
  auto file = PartialFile::create(folder / "scan.dcm", 0600);
  REQUIRE(file);
  REQUIRE(write_all(create_new(folder / "scan.dcm", 0600)->get(), as_bytes("theirs")));
  CHECK(file->commit().error().code == Code::kConflict);
  CHECK(content(folder / "scan.dcm") == "theirs");
}

TEST_CASE("replacing a file changes content and mode in one step and leaves no other file") {
  const TempFolder folder;
  REQUIRE(replace_file(folder / "config", as_bytes("one"), 0600));
  REQUIRE(replace_file(folder / "config", as_bytes("two"), 0640));
  CHECK(content(folder / "config") == "two");
  CHECK(mode_of(folder / "config") == 0640);
  CHECK(folder.count() == 1);
  fs::create_directory(folder / "taken");
  CHECK_FALSE(replace_file(folder / "taken", as_bytes("x"), 0600));
  CHECK(folder.count() == 2);
}

TEST_CASE("reading stops at the limit") {
  const TempFolder folder;
  REQUIRE(write_new_file(folder / "f", Bytes(100000, 1), 0600));
  CHECK(read_file(folder / "f", 100000)->size() == 100000);
  CHECK(read_file(folder / "f", 99999).error().code == Code::kMalformed);
  REQUIRE(write_new_file(folder / "empty", {}, 0600));
  CHECK(read_file(folder / "empty", 0)->empty());
}

TEST_CASE("errors of the system get the Code of the table") {
  const TempFolder folder;
  REQUIRE(write_new_file(folder / "file", as_bytes("x"), 0600));
  CHECK(read_file(folder / "none", 10).error().code == Code::kNotFound);
  CHECK(read_file(folder / "file/below", 10).error().code == Code::kNotFound);
  CHECK(write_new_file(folder / "none/file", {}, 0600).error().code == Code::kNotFound);
  CHECK(make_private_folder(folder / "file").error().code == Code::kConflict);
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full);
  const auto written = write_all(full.get(), as_bytes("x"));
  CHECK(written.error().code == Code::kNoSpace);
  CHECK_FALSE(written.error().hint.empty());
}

TEST_CASE("a private folder is made with its parents, for its owner alone") {
  const TempFolder folder;
  REQUIRE(make_private_folder(folder / "a/b/c"));
  CHECK(mode_of(folder / "a") == 0700);
  CHECK(mode_of(folder / "a/b/c") == 0700);
  ::chmod((folder / "a").c_str(), 0755);
  REQUIRE(make_private_folder(folder / "a/b"));
  CHECK(mode_of(folder / "a") == 0755);
}

TEST_CASE("a descriptor is closed once, by its last owner") {
  Fd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int number = first.get();
  Fd second(std::move(first));
  CHECK(second.get() == number);
  second = Fd();
  CHECK(::fcntl(number, F_GETFD) == -1);
}

TEST_CASE("a stream is read until it ends, in pieces of any size") {
  const Bytes bytes{1, 2, 3, 4, 5};
  MemorySource source(bytes);
  std::array<std::uint8_t, 3> out{};
  CHECK(*read_full(source, out) == 3);
  CHECK(*read_full(source, out) == 2);
  CHECK(*read_full(source, out) == 0);

  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  FdSink sink(writing.get());
  REQUIRE(sink.write(Bytes{1, 2}));
  REQUIRE(sink.write(Bytes{3, 4}));
  writing.reset();
  FdSource from_pipe(reading.get());
  CHECK(*read_full(from_pipe, out) == 3);
  CHECK(*read_full(from_pipe, out) == 1);
}

TEST_CASE("a partial file is taken up with what it holds, by one process at a time") {
  const TempFolder folder;
  const fs::path partial = folder / "scan.dcm.partial";
  {
    auto file = PartialFile::resume(folder / "scan.dcm", 0600);
    REQUIRE(file);
    REQUIRE(write_all(file->fd(), as_bytes("half")));
    CHECK(PartialFile::resume(folder / "scan.dcm", 0600).error().code == Code::kConflict);
    file->keep();
  }
  CHECK(fs::file_size(partial) == 4);
  {
    auto file = PartialFile::resume(folder / "scan.dcm", 0600);
    REQUIRE(file);
    CHECK(read_fd(file->fd(), 10)->size() == 4);
    REQUIRE(write_all(file->fd(), as_bytes(" way")));
    REQUIRE(file->commit());
  }
  CHECK(as_text(*read_file(folder / "scan.dcm", 10)) == "half way");
  CHECK(PartialFile::resume(folder / "scan.dcm", 0600).error().code == Code::kConflict);
  { CHECK(PartialFile::resume(folder / "other", 0600)); }
  CHECK(!fs::exists(folder / "other.partial"));
}

}  // namespace sealpost::base
