// What follows from a link's secret and passcode. sealpost-link(5), KEYS. Pure, thread-safe; slow
// with a passcode, on purpose.
#pragma once

#include <string>
#include <string_view>

#include "crypto/hash.hpp"
#include "link/secret.hpp"

namespace sealpost::link {

using FetchKey = crypto::Secret<32, struct LinkFetchTag>;
using OpenKey = crypto::Secret<32, struct LinkOpenTag>;
using AnswerKey = crypto::Secret<32, struct LinkAnswerTag>;

struct Keys {
  std::string id;  // 32 hex digits; the relay knows it
  FetchKey fetch;  // shown to the relay by who has the address
  OpenKey open;    // and by who has the passcode, too
  AnswerKey answer;
  crypto::SecretBytes password;  // of the age file: base64 of 32 bytes
};

// An empty passcode is none. kMalformed for one that is no UTF-8, or longer than kMaxPasscode;
// kNoSpace when scrypt cannot have its 32 MiB.
inline constexpr std::size_t kMaxPasscode = 256;  // bytes
base::Result<Keys> derive_keys(const LinkSecret& secret, std::string_view passcode);

// What the relay keeps of `fetch` and `open`.
template <typename Key>
crypto::Digest kept_by_relay(const Key& key) {
  return crypto::sha256(base::ByteView(key.expose()));
}

}  // namespace sealpost::link
