// The bytes of records, as records.hpp describes them: what their encoders and decoders share.
// Internal to flow. Pure, thread-safe.
#pragma once

#include <string_view>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret.hpp"
#include "text/json.hpp"

namespace sealpost::flow {

inline crypto::SecretBytes pack(const text::Json& value) {
  base::Bytes plain = text::to_cbor(value);
  crypto::SecretBytes secret{base::ByteView(plain)};
  crypto::wipe(plain);
  return secret;
}

inline std::uint64_t millis(base::Time time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

inline base::Result<base::Time> time_at(const text::Json& value, std::string_view key) {
  TRY(const std::uint64_t count, text::number_at(value, key));
  return base::Time(base::milliseconds(static_cast<std::int64_t>(count)));
}

inline base::Result<crypto::Digest> digest_at(const text::Json& value, std::string_view key) {
  TRY(const base::Bytes bytes, text::binary_at(value, key));
  return crypto::digest_from(bytes);
}

inline base::Result<crypto::SecretBytes> secret_at(const text::Json& value, std::string_view key) {
  TRY(base::Bytes bytes, text::binary_at(value, key));
  crypto::SecretBytes secret{base::ByteView(bytes)};
  crypto::wipe(bytes);
  return secret;
}

// The document, with every failure turned into "this row is not ours".
template <typename T, typename Fill>
base::Result<T> unpack(base::ByteView bytes, Fill fill) {
  auto value = [&]() -> base::Result<T> {
    TRY(const text::Json json, text::parse_cbor(bytes));
    T out;
    TRY(fill(json, out));
    return out;
  }();
  if (!value) {
    return base::Error{base::Code::kVerificationFailed,
                       "a record of the vault is damaged: " + value.error().text, ""};
  }
  return value;
}

}  // namespace sealpost::flow
