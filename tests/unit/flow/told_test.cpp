#include "flow/told.hpp"

#include "flow/command.hpp"
#include "temporary_vault.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using vault::Kind;

namespace {

class Switch final : public base::Interrupt {
 public:
  bool requested() const override { return on; }
  bool on = false;
};

std::int64_t add(vault::Vault& vault, Kind kind, const std::string& name) {
  return vault.insert(kind, name, base::as_bytes("x")).value();
}

}  // namespace

TEST_CASE(
    "what was there before is no news, and what a watch has told stays told if that is kept") {
  TemporaryVault home;
  vault::Vault& vault = *home.vault;
  const std::int64_t old = add(vault, Kind::kMessage, "1");
  {
    auto kept = flow::Told::begin(vault, true).value();
    CHECK(kept.last(Kind::kMessage) == old);
    CHECK(kept.last(Kind::kReceipt) == 0);
    auto plain = flow::Told::begin(vault, false).value();
    const std::int64_t next = add(vault, Kind::kMessage, "2");
    CHECK(plain.passed(Kind::kMessage, next).has_value());
  }
  const std::int64_t newest = vault.last_id(Kind::kMessage).value();
  // Another watch, which does not keep what it told, takes nothing from the one that does.
  CHECK(flow::Told::begin(vault, true).value().last(Kind::kMessage) == old);
  CHECK(flow::Told::begin(vault, false).value().last(Kind::kMessage) == newest);
  auto again = flow::Told::begin(vault, true).value();
  CHECK(again.passed(Kind::kMessage, newest).has_value());
  CHECK(flow::Told::begin(vault, true).value().last(Kind::kMessage) == newest);
}

TEST_CASE("a command gets its document whole, and its status comes back") {
  Switch never;
  const std::string large(200'000, 'x');  // more than a pipe holds
  const auto run = [&](const std::string& script, std::string_view input) {
    return flow::run_command({"sh", "-c", script}, input, never).value();
  };
  CHECK(run("test $(wc -c) = 200000", large) == 0);
  CHECK(run("exit 7", large) == 7);  // reads nothing
  CHECK(run("kill -9 $$", "") == 137);
  Switch pressed;
  pressed.on = true;
  const auto ended = flow::run_command({"sleep", "600"}, "", pressed);
  CHECK(ended.error().code == base::Code::kInterrupted);
}

TEST_CASE("a program is found by its path or by the folders that are searched") {
  CHECK(flow::check_command("sh", "/nowhere:/bin").has_value());
  CHECK(flow::check_command("/bin/sh", "").has_value());
  for (const char* name : {"sh", "", "/", "/bin", "/etc/passwd", "/nowhere/sh"}) {
    CAPTURE(name);
    CHECK(flow::check_command(name, "/nowhere").error().code == base::Code::kUsage);
  }
}
