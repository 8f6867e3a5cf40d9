#include "config/config.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "base/file.hpp"
#include "config/profile.hpp"

namespace sealpost::config {
namespace {

using base::Code;

const std::set<std::string> kKnown{"quiet", "send.purpose", "receipt.list.older-than"};

base::Result<Config> parse(std::string_view text) { return Config::parse(text, "c.toml", kKnown); }

Variable variables(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto at = values.find(name);
    return at == values.end() ? std::nullopt : std::optional(at->second);
  };
}

class Folder {
 public:
  Folder() {
    std::string name = "/tmp/sealpost-config-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Locations locations() const { return {path / "config.toml", path}; }
  void add_profile(const std::string& name) const {
    REQUIRE(base::make_private_folder(path / name));
    REQUIRE(base::write_new_file(path / name / "vault.db", {}, 0600));
  }
  void write(std::string_view text) const {
    REQUIRE(base::replace_file(path / "config.toml", base::as_bytes(text), 0600));
  }
  std::string text() const {
    return std::string(base::as_text(*base::read_file(path / "config.toml", 1 << 20)));
  }
  std::filesystem::path path;
};

TEST_CASE("a profile's own value comes before the general one, with its line") {
  const auto config = parse(
      "quiet = true\n"
      "[send]\n"
      "purpose = \"general\"\n"
      "[profile.bob]\n"
      "send.purpose = \"test\"\n");
  REQUIRE(config);
  CHECK(config->find("bob", "send.purpose")->text == "test");
  CHECK(config->find("bob", "send.purpose")->line == 5);
  CHECK(config->find("bob", "send.purpose")->profile == "bob");
  CHECK(config->find("eve", "send.purpose")->text == "general");
  CHECK(config->find("eve", "send.purpose")->profile.empty());
  CHECK(config->find("bob", "quiet")->text == "true");
  CHECK_FALSE(config->find("bob", "receipt.list.older-than"));
}

TEST_CASE("unknown keys, wrong types and broken files are malformed and name their line") {
  for (const std::string_view text :
       {"\nquite = true\n", "\n[send]\npurpos = \"x\"\n", "\n[profile.bob]\nx = 1\n",
        "\nquiet = [true]\n", "\nquiet = 1.5\n", "\n= 1\n", "\nprofile = 1\n",
        "\n[profile.\"../bob\"]\n", "\n[profile]\nbob = 1\n",
        "\n[profile.bob]\ndefault-profile = \"bob\"\n", "\ndefault-profile = \"a b\"\n"}) {
    const auto config = parse(text);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == Code::kMalformed);
    const bool names_line = config.error().text.find("c.toml, line 2") == 0 ||
                            config.error().text.find("c.toml, line 3") == 0;
    CHECK(names_line);
  }
}

TEST_CASE("no file is an empty configuration") {
  const Folder folder;
  const auto config = Config::load(folder.path / "config.toml", kKnown);
  REQUIRE(config);
  CHECK_FALSE(config->find("", "quiet"));
}

TEST_CASE("SEALPOST_HOME moves configuration and data, XDG variables each their own") {
  auto home = locate(variables({{"SEALPOST_HOME", "/srv/post"}, {"HOME", "/home/a"}}));
  CHECK(home->config_file == "/srv/post/config.toml");
  CHECK(home->data_folder == "/srv/post");
  auto plain = locate(variables({{"HOME", "/home/a"}}));
  CHECK(plain->config_file == "/home/a/.config/sealpost/config.toml");
  CHECK(plain->data_folder == "/home/a/.local/share/sealpost");
  auto xdg = locate(variables({{"XDG_CONFIG_HOME", "/c"}, {"XDG_DATA_HOME", "/d"}}));
  CHECK(xdg->config_file == "/c/sealpost/config.toml");
  CHECK(xdg->data_folder == "/d/sealpost");
  auto relative = locate(variables({{"XDG_CONFIG_HOME", "c"}, {"HOME", "/home/a"}}));
  CHECK(relative->config_file == "/home/a/.config/sealpost/config.toml");
  CHECK(locate(variables({})).error().code == Code::kUsage);
}

TEST_CASE("profile names are single harmless path parts") {
  for (const char* good : {"bob", "dr.lee", "mercy.example", "a-b_c9", "9"}) {
    CHECK(is_profile_name(good));
  }
  for (const char* bad : {"", ".", "..", ".bob", "-bob", "a/b", "Bob", "b b", "config.toml"}) {
    CHECK_FALSE(is_profile_name(bad));
  }
  CHECK_FALSE(is_profile_name(std::string(65, 'a')));
}

TEST_CASE("the profile is the requested one, the preferred one, or the only one") {
  const Folder folder;
  CHECK(choose_profile(folder.locations(), "", "").error().code == Code::kNotFound);
  folder.add_profile("bob");
  CHECK(choose_profile(folder.locations(), "", "")->name == "bob");
  folder.add_profile("alice");
  const auto several = choose_profile(folder.locations(), "", "");
  CHECK(several.error().code == Code::kUsage);
  CHECK(several.error().text == "there are several profiles: alice, bob");
  CHECK(choose_profile(folder.locations(), "", "bob")->vault() == folder.path / "bob/vault.db");
  CHECK(choose_profile(folder.locations(), "alice", "bob")->name == "alice");
  CHECK(choose_profile(folder.locations(), "eve", "").error().code == Code::kNotFound);
  CHECK(choose_profile(folder.locations(), "../bob", "").error().code == Code::kUsage);
}

TEST_CASE("folders without a vault are no profiles") {
  const Folder folder;
  REQUIRE(base::make_private_folder(folder.path / "empty"));
  CHECK(list_profiles(folder.locations())->empty());
  CHECK(list_profiles({folder.path / "c", folder.path / "absent"})->empty());
}

TEST_CASE("writing the default profile leaves every other byte as it was") {
  const Folder folder;
  const auto file = folder.path / "config.toml";
  REQUIRE(write_default_profile(file, "bob"));
  CHECK(folder.text() == "default-profile = \"bob\"\n");
  folder.write("# mine\r\nquiet = true # so\n\n[send]\npurpose = \"x\"");
  REQUIRE(write_default_profile(file, "bob"));
  CHECK(folder.text() ==
        "default-profile = \"bob\"\n# mine\r\nquiet = true # so\n\n[send]\npurpose = \"x\"");
  folder.write("quiet = true\n  default-profile   =  'al'  # why\n[send]\n");
  REQUIRE(write_default_profile(file, "bob"));
  CHECK(folder.text() == "quiet = true\n  default-profile   =  \"bob\"  # why\n[send]\n");
  REQUIRE(write_default_profile(file, std::nullopt));
  CHECK(folder.text() == "quiet = true\n[send]\n");
  REQUIRE(write_default_profile(file, std::nullopt));
  CHECK(folder.text() == "quiet = true\n[send]\n");
}

TEST_CASE("a file that cannot be edited safely stays as it is") {
  const Folder folder;
  const auto file = folder.path / "config.toml";
  for (const std::string_view text :
       {"default-profile = \"\"\"\nbob\"\"\"\n", "not toml", "default-profile = [\n1]\n"}) {
    folder.write(text);
    CHECK(write_default_profile(file, std::nullopt).error().code == Code::kMalformed);
    CHECK(folder.text() == text);
  }
}

}  // namespace
}  // namespace sealpost::config
