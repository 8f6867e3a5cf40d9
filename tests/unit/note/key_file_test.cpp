// Key files of servers: what is written is read, and nothing else.
#include "note/key_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

using namespace sealpost;
namespace fs = std::filesystem;

TEST_CASE("a key file is its owner's alone, and gives the key back to who asks for its kind") {
  std::string pattern = fs::temp_directory_path() / "sealpost-key-XXXXXX";
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  const fs::path path = fs::path(pattern) / "key";
  const std::vector<std::uint8_t> seed(32, 7);
  const note::Signer key =
      note::Signer::make("w.example",
                         crypto::SigningKey::from_seed(crypto::SigningSeed::from(seed).value()))
          .value();
  REQUIRE(note::write_key_file(path, "some-key-1", key));
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 0777) == 0600);
  CHECK(note::read_key_file(path, "some-key-1").value().verifier() == key.verifier());
  CHECK(note::read_key_file(path, "other-key-1").error().code == base::Code::kMalformed);
  std::stringstream whole;
  whole << std::ifstream(path).rdbuf();
  const std::string text = whole.str();
  for (const std::string& bad : {std::string(), text + "x", text.substr(0, text.size() - 2),
                                 text.substr(0, text.size() - 1), "x" + text}) {
    std::ofstream(path, std::ios::trunc) << bad;
    CAPTURE(bad);
    CHECK(note::read_key_file(path, "some-key-1").error().code == base::Code::kMalformed);
  }
  fs::remove_all(pattern);
  CHECK(note::read_key_file(path, "some-key-1").error().code == base::Code::kNotFound);
}
