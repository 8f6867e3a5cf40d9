// Vectors: RFC 3986 §1.1.2 and §3.2.2, and hosts that only look like this machine.
#include "text/url.hpp"

#include <doctest/doctest.h>

namespace sealpost::text {

TEST_CASE("a URL is taken apart") {
  const auto url = parse_url("HTTPS://ann:s3@[2001:db8::7]:8443/c=GB?one=1#end");
  REQUIRE(url);
  CHECK(url->scheme == "https");
  CHECK(url->user == "ann");
  CHECK(url->password == "s3");
  CHECK(url->host == "[2001:db8::7]");
  CHECK(url->path == "/c=GB");
  CHECK(url->query == "one=1");
  CHECK(url->fragment == "end");
}

TEST_CASE("what a URL does not have is empty, and its path at least a slash") {
  const auto url = parse_url("smtp://mail.example:587");
  REQUIRE(url);
  CHECK(url->scheme == "smtp");
  CHECK(url->host == "mail.example");
  CHECK(url->path == "/");
  CHECK((url->user + url->password + url->query + url->fragment).empty());
}

TEST_CASE("what is no absolute URL is none") {
  for (const char* text : {"", "relay.example", "//relay.example", "https://", "https://a b",
                           "https://a:99999", "https://[::1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url(text));
  }
}

TEST_CASE("only the machine itself is loopback") {
  for (const char* host : {"localhost", "127.0.0.1", "127.9.9.9", "[::1]"}) {
    CAPTURE(host);
    CHECK(is_loopback(host));
  }
  for (const char* host : {"", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1",
                           "128.0.0.1", "[::2]", "::1", "LOCALHOST."}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback(host));
  }
}

}  // namespace sealpost::text
