// RFC 9421 and RFC 9530, with the test key of RFC 9421 B.1.4.
#include "wire/signature.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "support/fakes.hpp"

using namespace sealpost;
using base::Code;

namespace {

constexpr std::string_view kSeed =
    "9f8362f87a484a954e6e740c5b4c0e84229139a20aa8ab56ff66586f6a7d29c5";
constexpr std::string_view kUri = "https://relay.example/v1/messages?x=1";
constexpr std::string_view kBody = R"({"hello": "world"})";
constexpr std::string_view kInput =
    R"(sig1=("@method" "@target-uri" "content-digest");created=1618884473;)"
    R"(keyid="test-key-ed25519";nonce="b3k2pp5k7z50gnwp";alg="ed25519")";
constexpr std::string_view kSignature =
    "sig1=:OzPRWyE200/dQECoB0i3xPeSv1WOymeyfnyLAcrxClQQrKI8GhzXKtM6t5kMIrs0DUl1cCIe6ipFW8KaEzgwAw="
    "=:";

crypto::SigningKey rfc_key() {
  return crypto::SigningKey::from_seed(*crypto::SigningSeed::from(*base::parse_hex(kSeed)));
}

base::Time at(std::int64_t seconds) { return base::Time(std::chrono::seconds(seconds)); }

class FixedNonce final : public base::Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    const base::Bytes nonce = *base::parse_base64url("b3k2pp5k7z50gnwp");
    std::copy_n(nonce.begin(), out.size(), out.begin());
  }
};

wire::SignedHeaders vector() {
  return {wire::content_digest(base::as_bytes(kBody)), std::string(kInput),
          std::string(kSignature)};
}

Code parse_code(const wire::SignedHeaders& headers) {
  const auto parsed = wire::parse_request_signature("POST", kUri, headers);
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error().code;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t where = text.find(from);
  REQUIRE(where != std::string::npos);
  return text.replace(where, from.size(), to);
}

}  // namespace

TEST_CASE("content digests are those of RFC 9530") {
  CHECK(wire::content_digest(base::as_bytes(kBody)) ==
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:");
  CHECK(wire::content_digest({}) == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:");
}

TEST_CASE("signing gives the bytes of the vector") {
  FixedNonce random;
  const auto headers = wire::sign_request("POST", kUri, wire::content_digest(base::as_bytes(kBody)),
                                          "test-key-ed25519", rfc_key(), at(1618884473), random);
  CHECK(headers.signature_input == kInput);
  CHECK(headers.signature == kSignature);
  CHECK(headers.content_digest == vector().content_digest);
}

TEST_CASE("the RFC's own example B.2.6 is reproduced by the key") {
  const std::string text =
      "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\"@method\": POST\n\"@path\": /foo\n"
      "\"@authority\": example.com\n\"content-type\": application/json\n\"content-length\": 18\n"
      "\"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" "
      "\"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
  CHECK(base::to_base64(rfc_key().sign(base::as_bytes(text))) ==
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==");
}

TEST_CASE("the vector is accepted and its claims are read") {
  const auto request = wire::parse_request_signature("POST", kUri, vector());
  REQUIRE(request.has_value());
  CHECK(request->key_id == "test-key-ed25519");
  CHECK(request->nonce == "b3k2pp5k7z50gnwp");
  CHECK(request->created == at(1618884473));
  CHECK(request->covers_digest);
  CHECK(wire::verify_request(*request, rfc_key().verify_key(), at(1618884473)).has_value());
}

TEST_CASE("parameters in another order are verified in that order") {
  wire::SignedHeaders headers = vector();
  headers.signature_input =
      R"(a=("content-digest" "@target-uri" "@method");alg="ed25519";nonce="12345678";)"
      R"(keyid="k";created=1618884473)";
  const std::string text =
      "\"content-digest\": " + headers.content_digest + "\n\"@target-uri\": " + std::string(kUri) +
      "\n\"@method\": POST\n\"@signature-params\": " + headers.signature_input.substr(2);
  headers.signature = "a=:" + base::to_base64(rfc_key().sign(base::as_bytes(text))) + ":";
  const auto request = wire::parse_request_signature("POST", kUri, headers);
  REQUIRE(request.has_value());
  CHECK(wire::verify_request(*request, rfc_key().verify_key(), at(1618884473)).has_value());
}

TEST_CASE("a signature does not hold for another method, address or digest") {
  const auto holds = [](std::string_view method, std::string_view uri, std::string_view body) {
    wire::SignedHeaders headers = vector();
    headers.content_digest = wire::content_digest(base::as_bytes(body));
    const auto request = wire::parse_request_signature(method, uri, headers);
    REQUIRE(request.has_value());
    const auto verdict = wire::verify_request(*request, rfc_key().verify_key(), at(1618884473));
    if (!verdict) CHECK(verdict.error().code == Code::kLocked);
    return verdict.has_value();
  };
  CHECK(holds("POST", kUri, kBody));
  CHECK_FALSE(holds("PUT", kUri, kBody));
  CHECK_FALSE(holds("POST", "https://relay.example/v1/messages?x=2", kBody));
  CHECK_FALSE(holds("POST", kUri, "other"));
}

TEST_CASE("the window is 300 seconds either way and the refusal tells how far off the clock is") {
  const auto request = wire::parse_request_signature("POST", kUri, vector());
  REQUIRE(request.has_value());
  const auto verdict = [&](std::int64_t seconds) {
    return wire::verify_request(*request, rfc_key().verify_key(), at(1618884473 + seconds));
  };
  CHECK(verdict(300).has_value());
  CHECK(verdict(-300).has_value());
  CHECK_FALSE(verdict(301).has_value());
  REQUIRE_FALSE(verdict(-301).has_value());
  CHECK(verdict(-301).error().code == Code::kLocked);
  CHECK(verdict(-301).error().text.find("301 s") != std::string::npos);
}

TEST_CASE("what is missing is not authenticated, what is out of form is malformed") {
  const auto with_input = [](std::string_view from, std::string_view to) {
    wire::SignedHeaders headers = vector();
    headers.signature_input = replaced(headers.signature_input, from, to);
    return headers;
  };
  CHECK(parse_code({}) == Code::kLocked);
  CHECK(parse_code(with_input("\"@method\" ", "")) == Code::kLocked);
  CHECK(parse_code(with_input(" \"@target-uri\"", "")) == Code::kLocked);
  CHECK(parse_code(with_input("created=1618884473;", "")) == Code::kLocked);
  CHECK(parse_code(with_input("nonce=\"b3k2pp5k7z50gnwp\";", "")) == Code::kLocked);
  CHECK(parse_code(with_input(";alg=\"ed25519\"", "")) == Code::kLocked);
  CHECK(parse_code(with_input("\"ed25519\"", "\"hmac-sha256\"")) == Code::kLocked);
  wire::SignedHeaders undigested = vector();
  undigested.content_digest.clear();
  CHECK(parse_code(undigested) == Code::kLocked);

  CHECK(parse_code(with_input("sig1=", "")) == Code::kMalformed);
  CHECK(parse_code(with_input("(", "")) == Code::kMalformed);
  CHECK(parse_code(with_input("\"content-digest\"", "\"@query\"")) == Code::kMalformed);
  CHECK(parse_code(with_input("\"content-digest\"", "\"@method\"")) == Code::kMalformed);
  CHECK(parse_code(with_input("created=1618884473", "created=\"1618884473\"")) == Code::kMalformed);
  CHECK(parse_code(with_input("created=1618884473", "created=01618884473")) == Code::kMalformed);
  CHECK(parse_code(with_input("alg=", "created=1;alg=")) == Code::kMalformed);
  CHECK(parse_code(with_input("alg=", "tag=\"x\";alg=")) == Code::kMalformed);
  CHECK(parse_code(with_input("b3k2pp5k7z50gnwp", "short")) == Code::kMalformed);
  CHECK(parse_code(with_input("test-key", "test\\key")) == Code::kMalformed);
  wire::SignedHeaders second = vector();
  second.signature_input += ", sig2=()";
  CHECK(parse_code(second) == Code::kMalformed);
  wire::SignedHeaders other_label = vector();
  other_label.signature = replaced(other_label.signature, "sig1", "sig2");
  CHECK(parse_code(other_label) == Code::kMalformed);
  wire::SignedHeaders cut = vector();
  cut.signature = "sig1=:AAAA:";
  CHECK(parse_code(cut) == Code::kMalformed);
}

TEST_CASE("without a digest the body is not covered, and that is visible") {
  testing::FakeRandom random;
  const auto headers =
      wire::sign_request("PUT", kUri, std::nullopt, "k", rfc_key(), at(1618884473), random);
  CHECK(headers.content_digest.empty());
  const auto request = wire::parse_request_signature("PUT", kUri, headers);
  REQUIRE(request.has_value());
  CHECK_FALSE(request->covers_digest);
  CHECK(wire::verify_request(*request, rfc_key().verify_key(), at(1618884473)).has_value());
}

TEST_CASE("the hash of a request is the one of its signature bytes") {
  const auto request = wire::parse_request_signature("POST", kUri, vector());
  REQUIRE(request.has_value());
  CHECK(request->hash() == crypto::sha256(request->signature));
}
