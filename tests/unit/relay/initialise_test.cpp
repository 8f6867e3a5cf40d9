// Making a relay's folder: files, modes, TLS identity, settings that contradict each other.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "house.hpp"
#include "relay/folder.hpp"
#include "relay/fsck/fsck.hpp"
#include "relay/listen.hpp"
#include "relay/store/sqlite_store.hpp"
#include "relay/tls.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;

namespace {

// A folder of its own for each test; nothing in it at first.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "sealpost-init-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  relay::NewRelay wanted() const {
    relay::NewRelay out;
    out.dir = path_ / "relay";
    out.organisation = verifier(std::string(kOrganisation));
    out.listen = "127.0.0.1:0";
    out.url = "https://127.0.0.1:0";
    return out;
  }
  base::Result<relay::Facts> make(const relay::NewRelay& wanted) {
    return relay::initialise(wanted, {clock_, random_});
  }
  base::Result<std::unique_ptr<relay::Server>> serve() {
    return relay::Server::start(path_ / "relay", {clock_, random_}, {});
  }

 private:
  SharedClock clock_;
  crypto::SystemRandom random_;
  std::filesystem::path path_;
};

unsigned mode_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

Code refusal(Scratch& scratch, const std::function<void(relay::NewRelay&)>& change) {
  relay::NewRelay wanted = scratch.wanted();
  change(wanted);
  const auto made = scratch.make(wanted);
  REQUIRE_FALSE(made.has_value());
  CHECK_FALSE(std::filesystem::exists(wanted.dir / "relay.toml"));
  return made.error().code;
}

}  // namespace

TEST_CASE("a new folder keeps its secrets to its owner and tells the organisation what to pin") {
  Scratch scratch;
  const auto facts = scratch.make(scratch.wanted());
  REQUIRE(facts.has_value());
  const auto dir = scratch.wanted().dir;
  CHECK(mode_of(dir) == 0700);
  CHECK(mode_of(dir / "log.key") == 0600);
  CHECK(mode_of(dir / "tls.key") == 0600);
  CHECK(facts->log.name() == "mercy.example/relay");
  CHECK(facts->pin.starts_with("sha256//"));
  CHECK(facts->pin.size() == 8 + 44);
  const auto again = relay::describe(dir);
  REQUIRE(again.has_value());
  CHECK(again->pin == facts->pin);
  CHECK(again->log == facts->log);
  CHECK(scratch.make(scratch.wanted()).error().code == Code::kConflict);
}

TEST_CASE("an attempt that was cut off does not stand in the way of the next") {
  Scratch scratch;
  const auto dir = scratch.wanted().dir;
  REQUIRE(scratch.make(scratch.wanted()).has_value());
  std::filesystem::remove(dir / "relay.toml");
  CHECK(relay::describe(dir).error().code == Code::kNotFound);
  CHECK(scratch.make(scratch.wanted()).has_value());
}

TEST_CASE("a new folder is sound, and has its first checkpoint") {
  Scratch scratch;
  REQUIRE(scratch.make(scratch.wanted()).has_value());
  const auto dir = scratch.wanted().dir;
  const auto examined =
      relay::fsck({dir, false, [](const relay::Damage&) { return base::Result<void>(); },
                   [](std::string_view, std::uint64_t) { return base::Result<void>(); }});
  REQUIRE(examined.has_value());
  CHECK(examined->damages == 0);
  const auto store = relay::SqliteStore::open(dir / "relay.db", 0);
  REQUIRE(store.has_value());
  CHECK((*store)->writer().reads().checkpoint().value().has_value());
}

TEST_CASE("a relay with TLS starts and follows the port it got") {
  Scratch scratch;
  REQUIRE(scratch.make(scratch.wanted()).has_value());
  const auto server = scratch.serve();
  REQUIRE_MESSAGE(server.has_value(), (server ? "" : server.error().text));
  CHECK(mode_of(scratch.wanted().dir / "relay.db") == 0600);
  CHECK((*server)->url().starts_with("https://127.0.0.1:"));
  CHECK_FALSE((*server)->url().ends_with(":0"));
}

TEST_CASE("settings that contradict each other are refused before anything is written") {
  Scratch scratch;
  CHECK(refusal(scratch, [](auto& relay) { relay.plain = true; }) == Code::kUsage);
  CHECK(refusal(scratch, [](auto& relay) { relay.url = "http://127.0.0.1:1"; }) == Code::kUsage);
  CHECK(refusal(scratch, [](auto& relay) { relay.url = "https://a.example/path"; }) ==
        Code::kUsage);
  CHECK(refusal(scratch, [](auto& relay) { relay.url = "https://"; }) == Code::kUsage);
  CHECK(refusal(scratch, [](auto& relay) { relay.listen = "localhost:1"; }) == Code::kUsage);
  CHECK(refusal(scratch, [](auto& relay) { relay.tls_key = "/nowhere"; }) == Code::kUsage);
  CHECK(refusal(scratch, [](auto& relay) {
          relay.plain = true;
          relay.url = "http://relay.example";
          relay.listen = "0.0.0.0:80";
        }) == Code::kUsage);
}

TEST_CASE("the settings file survives being written and read; unknown keys are an error") {
  relay::Settings settings;
  settings.organisation = verifier(std::string(kOrganisation));
  settings.listen = "[::1]:8443";
  settings.url = "https://relay.example";
  settings.tls_certificate = "/etc/a path/with 'quotes\".crt";
  settings.tls_key = "tls.key";
  settings.limits.blob_bytes = 17;
  const note::Cosigner witness = note::Cosigner::of(verifier("w.example"));
  settings.witnesses = {{"https://w.example/mercy", witness},
                        {"http://[::1]:8470", witness, "ca.pem"}};
  const std::string text = relay::format_settings(settings);
  const auto back = relay::parse_settings(text);
  REQUIRE_MESSAGE(back.has_value(), (back ? "" : back.error().text));
  CHECK(back->tls_certificate == settings.tls_certificate);
  CHECK(back->limits.blob_bytes == 17);
  REQUIRE(back->witnesses.size() == 2);
  CHECK(back->witnesses[1].url == "http://[::1]:8470");
  CHECK(back->witnesses[1].ca_file == "ca.pem");
  CHECK(relay::format_settings(*back) == text);
  CHECK(relay::parse_settings(text + "colour = 1\n").error().code == Code::kMalformed);
  CHECK(relay::parse_settings("colour = 1\n" + text).error().code == Code::kMalformed);
  CHECK(relay::parse_settings("listen = 5").error().code == Code::kMalformed);
  CHECK(relay::parse_settings("= =").error().code == Code::kMalformed);
}

TEST_CASE("a witness is a prefix, in plain on loopback alone, and the vkey of a cosigner") {
  const note::Verifier key = verifier("w.example");
  const auto read = [](const std::string& url, const std::string& vkey) {
    return relay::parse_settings("organisation = \"" + verifier(std::string(kOrganisation)).vkey() +
                                 "\"\nlisten = \"127.0.0.1:1\"\nurl = \"https://r.example\"\n" +
                                 "[[witness]]\nurl = \"" + url + "\"\nkey = \"" + vkey + "\"\n");
  };
  const std::string vkey = note::Cosigner::of(key).vkey();
  CHECK(read("https://w.example", vkey));
  for (const char* bad :
       {"http://w.example", "https://w.example/", "https://", "ftp://w.example",
        "https://w.example/?a", "https://me@w.example", "http://127.0.0.1.example:1"}) {
    CAPTURE(bad);
    CHECK(read(bad, vkey).error().code == Code::kMalformed);
  }
  CHECK(read("https://w.example", key.vkey()).error().code == Code::kMalformed);
}

TEST_CASE("addresses know whether they are this machine's own") {
  CHECK(relay::parse_address("127.0.0.1:80")->loopback());
  CHECK(relay::parse_address("127.9.9.9:80")->loopback());
  CHECK(relay::parse_address("[::1]:80")->loopback());
  CHECK(relay::parse_address("[::ffff:127.0.0.1]:80")->loopback());
  CHECK_FALSE(relay::parse_address("0.0.0.0:80")->loopback());
  CHECK_FALSE(relay::parse_address("[::]:80")->loopback());
  for (const std::string_view bad : {"", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                                     "127.0.0.1:-1", "[::1:80", "host:80", ":80"}) {
    CAPTURE(bad);
    CHECK_FALSE(relay::parse_address(bad).has_value());
  }
}

TEST_CASE("a pin comes from a certificate and from nothing else") {
  CHECK_FALSE(relay::tls_pin("").has_value());
  CHECK_FALSE(
      relay::tls_pin("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").has_value());
}
