#include "crypto/hash.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdlib>

namespace sealpost::crypto {
namespace {

// Fetching once is what makes many short hashes fast; the object is immutable.
const EVP_MD* sha256_algorithm() {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

void require(int ok) {
  if (ok != 1) std::abort();  // libcrypto is broken or out of memory, or a caller broke its promise
}

}  // namespace

struct Sha256::Context {
  Context() : md(EVP_MD_CTX_new()) { require(EVP_DigestInit_ex(md, sha256_algorithm(), nullptr)); }
  ~Context() { EVP_MD_CTX_free(md); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  EVP_MD_CTX* md;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(base::ByteView bytes) {
  require(EVP_DigestUpdate(context_->md, bytes.data(), bytes.size()));
}

Digest Sha256::finish() {
  Digest digest;
  require(EVP_DigestFinal_ex(context_->md, digest.data(), nullptr));
  require(EVP_DigestInit_ex(context_->md, nullptr, nullptr));
  return digest;
}

Digest sha256(base::ByteView bytes) { return sha256({bytes}); }

Digest sha256(std::initializer_list<base::ByteView> parts) {
  thread_local Sha256 hash;
  for (base::ByteView part : parts) hash.update(part);
  return hash.finish();
}

base::Result<Digest> digest_from(base::ByteView bytes) {
  Digest digest;
  if (bytes.size() != digest.size()) {
    return base::Error{base::Code::kMalformed, "a SHA-256 hash of the wrong length", ""};
  }
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

Digest hmac_sha256(base::ByteView key, base::ByteView bytes) {
  Digest digest;
  unsigned int length = 0;
  const std::uint8_t empty = 0;
  if (HMAC(sha256_algorithm(), key.empty() ? &empty : key.data(), static_cast<int>(key.size()),
           bytes.data(), bytes.size(), digest.data(), &length) == nullptr) {
    std::abort();
  }
  return digest;
}

void hkdf_sha256(base::ByteView ikm, base::ByteView salt, std::string_view info,
                 std::span<std::uint8_t> out) {
  require(out.size() <= 255 * sizeof(Digest) ? 1 : 0);  // RFC 5869 §2.3
  Digest prk = hmac_sha256(salt, ikm);
  base::Bytes block;
  std::uint8_t counter = 1;
  for (std::size_t done = 0; done < out.size(); ++counter) {
    base::Bytes input = block;
    base::append(input, base::as_bytes(info));
    input.push_back(counter);
    Digest next = hmac_sha256(prk, input);
    wipe(input);
    wipe(block);
    block.assign(next.begin(), next.end());
    wipe(next);
    const std::size_t count = std::min(block.size(), out.size() - done);
    std::copy_n(block.begin(), count, out.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  wipe(block);
  wipe(prk);
}

}  // namespace sealpost::crypto
