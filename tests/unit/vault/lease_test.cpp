// What one process at a time may do with a vault.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/random.hpp"
#include "vault/vault.hpp"

using namespace sealpost;

namespace {

// A vault's file in a folder that vanishes.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "lease-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path vault() const { return path_ / "vault.db"; }

 private:
  std::filesystem::path path_;
};

const crypto::Digest kOne = crypto::sha256(base::as_bytes("one"));
const crypto::Digest kTwo = crypto::sha256(base::as_bytes("two"));

bool taken(const base::Result<std::optional<vault::Lease>>& lease) {
  REQUIRE(lease.has_value());
  return lease->has_value();
}

}  // namespace

TEST_CASE("a lease has one holder, and others do not stand in its way") {
  const Folder folder;
  {
    const auto mine = vault::Lease::take(folder.vault(), kOne);
    CHECK(taken(mine));
    CHECK_FALSE(taken(vault::Lease::take(folder.vault(), kOne)));
    CHECK(taken(vault::Lease::take(folder.vault(), kTwo)));
  }
  CHECK(taken(vault::Lease::take(folder.vault(), kOne)));
}

TEST_CASE("a lease ends with a process that was killed") {
  const Folder folder;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto held = vault::Lease::take(folder.vault(), kOne);
    const char told = held && *held ? 'y' : 'n';
    if (::write(ready[1], &told, 1) == 1) ::pause();
    ::_exit(1);
  }
  char told = 0;
  REQUIRE(::read(ready[0], &told, 1) == 1);
  CHECK(told == 'y');
  CHECK_FALSE(taken(vault::Lease::take(folder.vault(), kOne)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(taken(vault::Lease::take(folder.vault(), kOne)));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("the file of the leases lets nobody else in") {
  const Folder folder;
  const auto lease = vault::Lease::take(folder.vault(), kOne);
  std::filesystem::path path = folder.vault();
  path += "-lock";
  CHECK(std::filesystem::file_size(path) == 0);
  CHECK(std::filesystem::status(path).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}
