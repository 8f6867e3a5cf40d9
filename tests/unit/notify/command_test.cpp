#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.hpp"
#include "notify/notifier.hpp"
#include "support/fakes.hpp"
#include "text/json.hpp"

using namespace sealpost;
using namespace sealpost::notify;

namespace {

class Stop final : public base::Interrupt {
 public:
  bool requested() const override {
    return !once_there.empty() && std::filesystem::exists(once_there);
  }
  std::filesystem::path once_there;
};

struct Scene {
  testing::FakeClock clock;
  Stop interrupt;
  std::filesystem::path folder;

  Scene() {
    std::string pattern = "/tmp/sealpost-notify-test-XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  ~Scene() { std::filesystem::remove_all(folder); }

  // A program of so many lines of shell.
  std::string script(const std::string& text) const {
    const std::filesystem::path path = folder / "program";
    std::ofstream(path) << "#!/bin/sh\n" << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
  }
  Notifier notifier(ChannelSettings settings) {
    Settings all;
    all.sms = std::move(settings);
    return *Notifier::make(all, {"mercy.example", "https://a.example/l#AAAA"},
                           [](const SecretSource&) { return crypto::SecretBytes(); },
                           {clock, interrupt});
  }
  static ChannelSettings command(const std::string& words) {
    ChannelSettings settings;
    settings.via = Via::kCommand;
    settings.command = words;
    return settings;
  }
  static Notice notice(const std::string& id = "id-1") {
    return {id, Channel::kSms, "+15550100", "en",
            crypto::SecretBytes(base::as_bytes("https://a.example/l#SECRET"))};
  }
  std::string read(const std::string& name) const {
    return std::string(base::as_text(*base::read_file(folder / name, 1 << 20)));
  }
};

}  // namespace

TEST_CASE("a command gets its arguments and one JSON object, and no shell reads anything") {
  Scene scene;
  const std::string program = scene.script("cat >\"$0.in\"\nprintf '%s\\n' \"$@\" >\"$0.args\"\n");
  Notifier notifier = scene.notifier(Scene::command(program + " one  $(two) ;x"));
  const auto outcome = notifier.send(Scene::notice());
  REQUIRE(outcome);
  CHECK(outcome->sent);
  CHECK(scene.read("program.args") == "one\n$(two)\n;x\n");
  const auto document = text::parse_json(scene.read("program.in"));
  REQUIRE(document);
  CHECK(*text::string_at(*document, "type") == "notice");
  CHECK(*text::string_at(*document, "id") == "id-1");
  CHECK(*text::string_at(*document, "channel") == "sms");
  CHECK(*text::string_at(*document, "address") == "+15550100");
  CHECK(text::string_at(*document, "text")->find("https://a.example/l#SECRET") !=
        std::string::npos);
}

TEST_CASE("status 75 is tried four times, another one once") {
  Scene scene;
  const std::string program = scene.script("echo x >>\"$0.tries\"\nexit $1\n");
  Notifier later = scene.notifier(Scene::command(program + " 75"));
  CHECK(later.send(Scene::notice())->may_pass);
  CHECK(scene.read("program.tries") == "x\nx\nx\nx\n");
  std::filesystem::remove(scene.folder / "program.tries");
  Notifier never = scene.notifier(Scene::command(program + " 1"));
  const Outcome outcome = *never.send(Scene::notice());
  CHECK_FALSE(outcome.sent);
  CHECK_FALSE(outcome.may_pass);
  CHECK(outcome.reason == "the command ended with status 1");
  CHECK(scene.read("program.tries") == "x\n");
}

TEST_CASE("a command that does not read, cannot be run, or is killed disturbs nobody") {
  Scene scene;
  CHECK(scene.notifier(Scene::command("true")).send(Scene::notice())->sent);
  const Outcome absent = *scene.notifier(Scene::command("/nowhere/x")).send(Scene::notice());
  CHECK_FALSE(absent.may_pass);
  CHECK(absent.reason.find("cannot be run") != std::string::npos);
  const std::string program = scene.script("kill -9 $$\n");
  CHECK(scene.notifier(Scene::command(program)).send(Scene::notice())->may_pass);
}

TEST_CASE("an interrupt ends the command and what it started") {
  Scene scene;
  const std::string program =
      scene.script("sleep 100 &\necho $! >\"$0.tmp\"\nmv \"$0.tmp\" \"$0.pid\"\nwait\n");
  scene.interrupt.once_there = program + ".pid";
  const auto outcome = scene.notifier(Scene::command(program)).send(Scene::notice());
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == base::Code::kInterrupted);
  const std::string pid = scene.read("program.pid");
  const std::filesystem::path process = "/proc/" + pid.substr(0, pid.find('\n'));
  for (int i = 0; i < 200 && std::filesystem::exists(process / "exe"); ++i) ::usleep(20'000);
  CHECK_FALSE(std::filesystem::exists(process / "exe"));
}

TEST_CASE("an address of another kind fails at once and runs nothing") {
  Scene scene;
  Notifier notifier = scene.notifier(Scene::command(scene.script("echo x >\"$0.ran\"\n")));
  Notice notice = Scene::notice();
  notice.address = "+1555\r\n0100";
  CHECK_FALSE(notifier.send(notice)->sent);
  CHECK_FALSE(std::filesystem::exists(scene.folder / "program.ran"));
  notice.channel = Channel::kEmail;
  CHECK(notifier.send(notice).error().code == base::Code::kNotFound);
}

TEST_CASE("a rate spaces notices, the first goes at once") {
  Scene scene;
  ChannelSettings settings = Scene::command("true");
  settings.interval = base::milliseconds(600);
  Notifier notifier = scene.notifier(settings);
  const base::milliseconds start = scene.clock.steady();
  CHECK(notifier.send(Scene::notice())->sent);
  CHECK(scene.clock.steady() == start);
  for (int i = 0; i < 10; ++i) CHECK(notifier.send(Scene::notice())->sent);
  CHECK(scene.clock.steady() - start == base::milliseconds(6'000));
}

TEST_CASE("the file has each notice once, also from several processes and after a crash") {
  Scene scene;
  const std::string path = (scene.folder / "notices.ndjson").string();
  Notifier one = scene.notifier(to_file(path));
  Notifier two = scene.notifier(to_file(path));
  for (int i = 0; i < 3; ++i) {
    CHECK(one.send(Scene::notice("a"))->sent);
    CHECK(two.send(Scene::notice("b"))->sent);
    CHECK(two.send(Scene::notice("a"))->sent);
  }
  std::ofstream(path, std::ios::app) << R"({"type":"notice","id":"c","chan)";
  CHECK(one.send(Scene::notice("c"))->sent);
  CHECK(two.send(Scene::notice("c"))->sent);
  const std::string whole = scene.read("notices.ndjson");
  const auto lines = base::split(whole, '\n');
  REQUIRE(lines.size() == 4);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto document = text::parse_json(lines[i]);
    REQUIRE(document);
    CHECK(*text::string_at(*document, "id") == std::string(1, "abc"[i]));
    CHECK(*text::string_at(*document, "link") == "https://a.example/l#SECRET");
  }
}
