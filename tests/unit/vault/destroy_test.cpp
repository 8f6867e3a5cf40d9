// What stays of a vault that was destroyed: nothing that its passphrase opens.
#include <fstream>

#include "base/file.hpp"
#include "scratch.hpp"

namespace sealpost::testing {
namespace {

namespace fs = std::filesystem;
using vault::Kind;
using vault::Vault;

std::size_t files_in(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(folder)) count += entry.is_regular_file() ? 1 : 0;
  return count;
}

bool is_zero(const base::Bytes& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

TEST_CASE("a destroyed vault is overwritten before its name goes, and its companions with it") {
  Scratch scratch;
  Vault vault = scratch.create();
  for (int i = 0; i < 200; ++i) {
    REQUIRE(vault.insert(Kind::kMessage, std::to_string(i), base::Bytes(3000, 7)));
  }
  // Second names, as a copy of the folder made of links would have them.
  const fs::path kept = scratch.path().string() + ".kept";
  const fs::path kept_log = scratch.path().string() + ".kept-wal";
  fs::create_hard_link(scratch.path(), kept);
  REQUIRE(fs::exists(scratch.path().string() + "-wal"));
  fs::create_hard_link(scratch.path().string() + "-wal", kept_log);
  const auto before = base::read_file(kept, 64 << 20).value();
  REQUIRE_FALSE(is_zero(before));
  REQUIRE(Vault::destroy(scratch.path()));
  const auto after = base::read_file(kept, 64 << 20).value();
  CHECK(after.size() == before.size());
  CHECK(is_zero(after));
  CHECK(is_zero(base::read_file(kept_log, 64 << 20).value()));
  CHECK(files_in(scratch.path().parent_path()) == 2);
  CHECK(Vault::destroy(scratch.path()).has_value());
}

TEST_CASE("a destruction that was cut off early has taken the key already, and can be repeated") {
  Scratch scratch;
  {
    Vault vault = scratch.create();
    REQUIRE(vault.insert(Kind::kMessage, "a", base::Bytes(500 << 10, 7)));
    REQUIRE(vault.purge());
  }
  const fs::path copy = scratch.path().string() + ".copy";
  fs::copy_file(scratch.path(), copy);
  {  // what the first step leaves
    std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
    const std::string zeros(64 << 10, '\0');
    file.write(zeros.data(), static_cast<std::streamsize>(zeros.size()));
  }
  CHECK(scratch.open().has_value());
  CHECK_FALSE(Vault::open(copy, base::as_bytes(kPassphrase), scratch.random).has_value());
  CHECK(Vault::destroy(copy).has_value());
  CHECK_FALSE(fs::exists(copy));
  CHECK(scratch.open().has_value());
}

}  // namespace sealpost::testing
