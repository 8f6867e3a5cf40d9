#include "wire/signature.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "wire/signature_input.hpp"

namespace sealpost::wire {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kMinNonce = 8;  // characters
constexpr std::size_t kMaxNonce = 64;
constexpr std::uint64_t kMaxSeconds = 253402300799;  // the end of the year 9999

constexpr std::string_view kMethod = "@method";
constexpr std::string_view kTargetUri = "@target-uri";
constexpr std::string_view kDigest = "content-digest";
constexpr std::array kKnownParameters{std::string_view("created"), std::string_view("keyid"),
                                      std::string_view("nonce"), std::string_view("alg")};

base::Error not_authenticated(std::string_view why) {
  return {base::Code::kLocked, "not authenticated: " + std::string(why), ""};
}
base::Error malformed(std::string_view why) {
  return {base::Code::kMalformed, "Signature-Input: " + std::string(why), ""};
}

struct Covered {
  std::string_view method;
  std::string_view target_uri;
  std::string_view digest;
};

// RFC 9421 §2.5.
base::Result<std::string> signature_base(const SignatureInput& input, const Covered& covered) {
  std::string out;
  for (const std::string& name : input.components) {
    std::string_view value;
    if (name == kMethod) {
      value = covered.method;
    } else if (name == kTargetUri) {
      value = covered.target_uri;
    } else if (name == kDigest) {
      value = covered.digest;
    } else {
      return malformed("a component that is not signed here");
    }
    out += '"' + name + "\": " + std::string(value) + '\n';
  }
  return out + "\"@signature-params\": " + input.serialise();
}

bool covers(const SignatureInput& input, std::string_view name) {
  return std::find(input.components.begin(), input.components.end(), name) !=
         input.components.end();
}

base::Result<std::string> text_parameter(const SignatureInput& input, std::string_view name) {
  const Parameter* found = input.find(name);
  if (found == nullptr) return not_authenticated(std::string(name) + " is missing");
  if (!found->quoted || found->value.empty()) return malformed(std::string(name) + " is no text");
  return found->value;
}

base::Result<base::Time> created_parameter(const SignatureInput& input) {
  const Parameter* found = input.find("created");
  if (found == nullptr) return not_authenticated("created is missing");
  if (found->quoted) return malformed("created is no number");
  TRY(const std::uint64_t seconds, base::parse_decimal(found->value, kMaxSeconds));
  return base::Time(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

base::Result<void> check_parameters(const SignatureInput& input) {
  for (const Parameter& parameter : input.parameters) {
    const auto* known = std::find(kKnownParameters.begin(), kKnownParameters.end(), parameter.name);
    if (known == kKnownParameters.end()) return malformed("a parameter that is not known here");
  }
  TRY(const std::string algorithm, text_parameter(input, "alg"));
  if (algorithm != "ed25519") return not_authenticated("the algorithm is not ed25519");
  return {};
}

base::Result<void> check_components(const SignatureInput& input, std::string_view digest) {
  if (!covers(input, kMethod) || !covers(input, kTargetUri)) {
    return not_authenticated("the signature does not cover method and address");
  }
  if (covers(input, kDigest) && digest.empty()) {
    return not_authenticated("Content-Digest is missing");
  }
  return {};
}

SignatureInput new_input(bool with_digest, std::string_view key_id, base::Time now,
                         base::Random& random) {
  std::array<std::uint8_t, kNonceBytes> nonce{};
  random.fill(nonce);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  SignatureInput input;
  input.label = "sig1";
  input.components = {std::string(kMethod), std::string(kTargetUri)};
  if (with_digest) input.components.emplace_back(kDigest);
  input.parameters = {{"created", std::to_string(seconds), false},
                      {"keyid", std::string(key_id), true},
                      {"nonce", base::to_base64url(nonce), true},
                      {"alg", "ed25519", true}};
  return input;
}

}  // namespace

std::string content_digest(base::ByteView body) {
  return "sha-256=:" + base::to_base64(crypto::sha256(body)) + ":";
}

SignedHeaders sign_request(std::string_view method, std::string_view target_uri,
                           const std::optional<std::string>& digest, std::string_view key_id,
                           const crypto::SigningKey& key, base::Time now, base::Random& random) {
  const SignatureInput input = new_input(digest.has_value(), key_id, now, random);
  const std::string covered_digest = digest.value_or("");
  const auto text = signature_base(input, {method, target_uri, covered_digest});
  const crypto::Signature signature = key.sign(base::as_bytes(*text));
  return {covered_digest, input.label + "=" + input.serialise(),
          input.label + "=:" + base::to_base64(signature) + ":"};
}

crypto::Digest RequestSignature::hash() const { return crypto::sha256(signature); }

base::Result<RequestSignature> parse_request_signature(std::string_view method,
                                                       std::string_view target_uri,
                                                       const SignedHeaders& headers) {
  if (headers.signature_input.empty() || headers.signature.empty()) {
    return not_authenticated("the request is not signed");
  }
  TRY(const SignatureInput input, parse_signature_input(headers.signature_input));
  TRY(check_parameters(input));
  TRY(check_components(input, headers.content_digest));
  RequestSignature out;
  TRY(out.key_id, text_parameter(input, "keyid"));
  TRY(out.nonce, text_parameter(input, "nonce"));
  if (out.nonce.size() < kMinNonce || out.nonce.size() > kMaxNonce) {
    return malformed("the nonce must have 8 to 64 characters");
  }
  TRY(out.created, created_parameter(input));
  out.covers_digest = covers(input, kDigest);
  TRY(out.base, signature_base(input, {method, target_uri, headers.content_digest}));
  TRY(const base::Bytes signature, parse_signature_field(headers.signature, input.label));
  if (signature.size() != out.signature.size()) {
    return base::Error{base::Code::kMalformed, "Signature: must have 64 bytes", ""};
  }
  std::copy(signature.begin(), signature.end(), out.signature.begin());
  return out;
}

base::Result<void> verify_request(const RequestSignature& request, const crypto::VerifyKey& key,
                                  base::Time now) {
  const auto apart = now > request.created ? now - request.created : request.created - now;
  if (!crypto::verify(key, base::as_bytes(request.base), request.signature)) {
    return not_authenticated("the signature does not hold");
  }
  if (apart > kSignatureWindow) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(apart).count();
    return base::Error{base::Code::kLocked,
                       "not authenticated: the clocks of client and relay are " +
                           std::to_string(seconds) + " s apart",
                       "set the clock of this machine"};
  }
  return {};
}

}  // namespace sealpost::wire
