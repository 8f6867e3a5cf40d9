// Signed requests: HTTP Message Signatures (RFC 9421, Ed25519) over @method, @target-uri and
// content-digest (RFC 9530), with created, nonce, keyid and alg. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "crypto/sign.hpp"

namespace sealpost::wire {

inline constexpr std::chrono::seconds kSignatureWindow{300};

// "sha-256=:<base64>:"
std::string content_digest(base::ByteView body);

struct SignedHeaders {
  std::string content_digest;   // empty where the digest is left out
  std::string signature_input;  // sig1=(...);created=...;keyid="...";nonce="...";alg="ed25519"
  std::string signature;        // sig1=:<base64>:
};

// `target_uri` is the relay's configured base URL followed by path and query. Without `digest` the
// body is not covered: only for PUT of blob parts.
SignedHeaders sign_request(std::string_view method, std::string_view target_uri,
                           const std::optional<std::string>& digest, std::string_view key_id,
                           const crypto::SigningKey& key, base::Time now, base::Random& random);

// What a request claims, taken from its headers before any key is looked up.
struct RequestSignature {
  std::string key_id;
  std::string nonce;
  base::Time created;
  bool covers_digest = false;
  std::string base;  // the signature base, rebuilt in the received parameter order
  crypto::Signature signature;
  crypto::Digest hash() const;  // SHA-256 of the signature bytes, for the audit leaf
};

// kMalformed when the headers are out of form; kLocked ("not authenticated") when components or
// parameters are missing or another algorithm is named.
base::Result<RequestSignature> parse_request_signature(std::string_view method,
                                                       std::string_view target_uri,
                                                       const SignedHeaders& headers);

// Window and signature; kLocked when either fails. The digest against the body, the nonce and the
// key's standing are the caller's.
base::Result<void> verify_request(const RequestSignature& request, const crypto::VerifyKey& key,
                                  base::Time now);

}  // namespace sealpost::wire
