#include "client/endpoint.hpp"

#include <doctest/doctest.h>

using namespace sealpost;
using namespace sealpost::client;

namespace {

const std::string kPin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

bool is_usage(const std::string& url, const std::string& pin = "") {
  const auto checked = check_endpoint({url, pin});
  return !checked && checked.error().code == base::Code::kUsage && !checked.error().hint.empty();
}

}  // namespace

TEST_CASE("a relay's URL is a scheme, a host and perhaps a port") {
  CHECK(check_endpoint({"https://relay.example:8443", kPin})->url == "https://relay.example:8443");
  CHECK(check_endpoint({"https://relay.example/", ""})->url == "https://relay.example");
  CHECK(check_endpoint({"https://[2001:db8::1]:8443", ""}));
  CHECK(is_usage("https://relay.example/v1"));
  CHECK(is_usage("https://relay.example/?a=b"));
  CHECK(is_usage("https://relay.example/#a"));
  CHECK(is_usage("https://lee:secret@relay.example"));
  CHECK(is_usage("ftp://relay.example"));
  CHECK(is_usage("file:///etc/passwd"));
  CHECK(is_usage("relay.example:8443"));
  CHECK(is_usage("https://"));
  CHECK(is_usage(""));
}

TEST_CASE("plain http does not leave the machine") {
  CHECK(check_endpoint({"http://127.0.0.1:8080", ""}));
  CHECK(check_endpoint({"http://localhost:8080", ""}));
  CHECK(check_endpoint({"http://[::1]:8080", ""}));
  CHECK(is_usage("http://relay.example:8080"));
  CHECK(is_usage("http://10.0.0.1:8080"));
  CHECK(is_usage("http://127.0.0.1.relay.example"));
}

TEST_CASE("a pin is one SHA-256 in base64, on https") {
  CHECK(is_usage("https://relay.example", kPin + ";" + kPin));
  CHECK(is_usage("https://relay.example", "sha256//AAAA"));
  CHECK(is_usage("https://relay.example", "/etc/ssl/relay.pem"));
  CHECK(is_usage("http://localhost", kPin));
}
