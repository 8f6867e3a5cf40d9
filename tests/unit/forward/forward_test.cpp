// What needs no network of forwarding: addresses, frames, and the cursor.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "forward/cursor.hpp"
#include "forward/tls_link.hpp"

namespace sealpost::forward {
namespace {

using base::Code;

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "cursor-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path path() const { return path_ / "spool"; }

 private:
  std::filesystem::path path_;
};

constexpr const char* kTo = "tls://siem.example:6514";

}  // namespace

TEST_CASE("a collector is a host and a port, 6514 when it is not said") {
  const auto full = parse_collector("tls://siem.example:10514", "ca.pem");
  REQUIRE(full);
  CHECK(full->host == "siem.example");
  CHECK(full->port == 10514);
  CHECK(full->ca == "ca.pem");
  CHECK(parse_collector("tls://192.0.2.1/", "")->port == 6514);
  CHECK(parse_collector("tls://[2001:db8::1]", "")->host == "[2001:db8::1]");
  CHECK(parse_collector("tls://[2001:db8::1]:99", "")->port == 99);
  for (const char* bad :
       {"", "siem.example", "tcp://siem.example", "tls://", "tls://:6514", "tls://a:0",
        "tls://a:65536", "tls://a:x", "tls://a:", "tls://a/b", "tls://user@a", "tls://a b"}) {
    CAPTURE(bad);
    const auto refused = parse_collector(bad, "");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Code::kUsage);
  }
}

TEST_CASE("a message stands behind its length in bytes") {
  CHECK(framed("<85>1 - -") == "9 <85>1 - -");
  CHECK(framed("ü") == "2 ü");
}

TEST_CASE("a cursor is where it was left, for its collector, and held by one") {
  const Folder folder;
  {
    auto cursor = Cursor::open(folder.path(), kTo).value();
    CHECK(cursor.place().next == 0);
    REQUIRE(cursor.move({4711, "abc"}).has_value());
    CHECK(Cursor::open(folder.path(), kTo).error().code == Code::kConflict);
  }
  const auto cursor = Cursor::open(folder.path(), kTo);
  REQUIRE(cursor);
  CHECK(cursor->place().next == 4711);
  CHECK(cursor->place().mark == "abc");
}

TEST_CASE("the cursor of another collector, or what is none, is refused") {
  const Folder folder;
  REQUIRE(Cursor::open(folder.path(), kTo).value().move({1, "m"}).has_value());
  CHECK(Cursor::open(folder.path(), "tls://other.example").error().code == Code::kConflict);
  for (const char* text :
       {"", "nonsense\n", "sealpost-forward/2\nto: x\nnext: 1\nmark: m\n",
        "sealpost-forward/1\nto: tls://siem.example:6514\nnext: 1\n",
        "sealpost-forward/1\nto: tls://siem.example:6514\nnext: -1\nmark: m\n"}) {
    CAPTURE(text);
    std::ofstream(folder.path() / "cursor") << text;
    CHECK(Cursor::open(folder.path(), kTo).error().code == Code::kMalformed);
  }
}

}  // namespace sealpost::forward
