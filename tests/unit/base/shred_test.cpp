// Files that are to be gone: overwritten first, and nothing outside is touched.
#include "base/shred.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/file.hpp"

namespace sealpost::base {
namespace {

namespace fs = std::filesystem;

struct Folder {
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "sealpost-shred-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  // A file, and the path of its second name, by which its bytes can be seen afterwards.
  fs::path write(const std::string& name, std::size_t size) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << std::string(size, 'x');
    const fs::path kept = path / ("kept-" + fs::path(name).filename().string());
    fs::create_hard_link(path / name, kept);
    return kept;
  }
  fs::path path;
};

std::size_t left(const fs::path& file) {
  const Bytes bytes = read_file(file, 64 << 20).value();
  return static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), 'x'));
}

}  // namespace

TEST_CASE("a destroyed file is zeros before its name goes") {
  const Folder folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{700'001}}) {
    const fs::path kept = folder.write("f", size);
    CHECK(destroy_file(folder.path / "f").has_value());
    CHECK_FALSE(fs::exists(folder.path / "f"));
    CHECK(left(kept) == 0);
    CHECK(fs::file_size(kept) == size);
    fs::remove(kept);
  }
  CHECK(destroy_file(folder.path / "absent").has_value());
}

TEST_CASE("only the beginning is overwritten where that is asked for") {
  const Folder folder;
  const fs::path kept = folder.write("f", 1000);
  CHECK(overwrite_file(folder.path / "f", 300).has_value());
  CHECK(left(kept) == 700);
  CHECK(overwrite_file(folder.path / "f", 5000).has_value());
  CHECK(left(kept) == 0);
  CHECK(fs::file_size(kept) == 1000);
}

TEST_CASE("what a link leads to stays, and the spared folder with it") {
  const Folder folder;
  const Folder outside;
  const fs::path secret = outside.write("secret", 100);
  fs::create_directory_symlink(outside.path, folder.path / "out");
  fs::create_symlink(outside.path / "secret", folder.path / "link");
  REQUIRE(::mkfifo((folder.path / "pipe").c_str(), 0600) == 0);
  const fs::path deep = folder.write("a/b/deep", 100);
  const fs::path spared = folder.write("spared/f", 100);
  fs::rename(deep, outside.path / "deep");
  fs::rename(spared, outside.path / "spared");
  CHECK(destroy_within(folder.path, "spared").has_value());
  CHECK(left(secret) == 100);
  CHECK(left(outside.path / "deep") == 0);
  CHECK(left(outside.path / "spared") == 100);
  CHECK(fs::exists(folder.path / "spared" / "f"));
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 1);
  CHECK(destroy_within(folder.path / "absent", "").has_value());
}

}  // namespace sealpost::base
