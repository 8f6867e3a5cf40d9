#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "scratch.hpp"

namespace sealpost::testing {
namespace {

using vault::Kind;
using vault::Vault;

constexpr int kRows = 60;

// A child's life: its own connection, kRows inserts; the exit status says whether all went well.
[[noreturn]] void insert_rows(Scratch& scratch, const std::string& prefix) {
  auto vault = scratch.open();
  if (!vault) ::_exit(1);
  for (int i = 0; i < kRows; ++i) {
    if (!vault->insert(Kind::kMessage, prefix + std::to_string(i), base::as_bytes(prefix))) {
      ::_exit(2);
    }
  }
  ::_exit(0);
}

TEST_CASE("processes that insert at once lose nothing and get different ids") {
  Scratch scratch;
  scratch.create();
  std::array<pid_t, 3> children{};
  for (std::size_t i = 0; i < children.size(); ++i) {
    children[i] = ::fork();
    if (children[i] == 0) insert_rows(scratch, std::to_string(i) + "-");
  }
  for (const pid_t child : children) {
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  auto vault = scratch.open();
  REQUIRE(vault);
  CHECK(*vault->count(Kind::kMessage) == children.size() * kRows);
  CHECK(text_of(*vault->get(Kind::kMessage, "1-59")) == "1-");
}

TEST_CASE("a process killed in a transaction leaves the vault as it was before") {
  Scratch scratch;
  scratch.create();
  const pid_t child = ::fork();
  if (child == 0) {
    auto vault = scratch.open();
    const auto never = vault->transaction([&]() -> base::Result<void> {
      TRY(vault->insert(Kind::kMessage, "half", base::as_bytes("half")));
      ::raise(SIGKILL);
      return {};
    });
    ::_exit(never ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  auto vault = scratch.open();
  REQUIRE(vault);
  CHECK(*vault->count(Kind::kMessage) == 0);
  CHECK(vault->insert(Kind::kMessage, "whole", {}));
}

}  // namespace
}  // namespace sealpost::testing
