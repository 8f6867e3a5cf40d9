#include "crypto/aead.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

namespace sealpost::crypto {
namespace {

void require(bool ok) {
  if (!ok) std::abort();  // libcrypto fails here only when it is broken or out of memory
}

const EVP_CIPHER* chacha_algorithm() {
  static EVP_CIPHER* const algorithm = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
  return algorithm;
}

}  // namespace

struct ChaChaPoly::Context {
  explicit Context(const AeadKey& key)
      : sealing(EVP_CIPHER_CTX_new()), opening(EVP_CIPHER_CTX_new()) {
    require(EVP_EncryptInit_ex2(sealing, chacha_algorithm(), key.expose().data(), nullptr,
                                nullptr) == 1);
    require(EVP_DecryptInit_ex2(opening, chacha_algorithm(), key.expose().data(), nullptr,
                                nullptr) == 1);
  }
  ~Context() {
    EVP_CIPHER_CTX_free(sealing);
    EVP_CIPHER_CTX_free(opening);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  EVP_CIPHER_CTX* sealing;
  EVP_CIPHER_CTX* opening;
};

ChaChaPoly::ChaChaPoly(const AeadKey& key) : context_(std::make_unique<Context>(key)) {}
ChaChaPoly::~ChaChaPoly() = default;
ChaChaPoly::ChaChaPoly(ChaChaPoly&&) noexcept = default;
ChaChaPoly& ChaChaPoly::operator=(ChaChaPoly&&) noexcept = default;

void ChaChaPoly::seal(const Nonce96& nonce, base::ByteView plain, std::span<std::uint8_t> out) {
  require(out.size() == plain.size() + kTagSize && plain.size() <= INT_MAX);
  EVP_CIPHER_CTX* ctx = context_->sealing;
  int length = 0;
  require(EVP_EncryptInit_ex2(ctx, nullptr, nullptr, nonce.data(), nullptr) == 1);
  require(EVP_EncryptUpdate(ctx, out.data(), &length, plain.data(),
                            static_cast<int>(plain.size())) == 1);
  require(EVP_EncryptFinal_ex(ctx, out.data() + length, &length) == 1);
  require(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, kTagSize, out.data() + plain.size()) ==
          1);
}

bool ChaChaPoly::open(const Nonce96& nonce, base::ByteView sealed, std::span<std::uint8_t> out) {
  if (sealed.size() < kTagSize) return false;
  const std::size_t size = sealed.size() - kTagSize;
  require(out.size() == size && size <= INT_MAX);
  std::array<std::uint8_t, kTagSize> tag;
  std::copy_n(sealed.data() + size, kTagSize, tag.data());
  EVP_CIPHER_CTX* ctx = context_->opening;
  int length = 0;
  require(EVP_DecryptInit_ex2(ctx, nullptr, nullptr, nonce.data(), nullptr) == 1);
  require(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1);
  require(EVP_DecryptUpdate(ctx, out.data(), &length, sealed.data(), static_cast<int>(size)) == 1);
  if (EVP_DecryptFinal_ex(ctx, out.data() + length, &length) == 1) return true;
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  return false;
}

namespace {
constexpr std::size_t kXNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
}

base::Bytes xchacha_seal(const AeadKey& key, base::ByteView plain, base::ByteView associated,
                         base::Random& random) {
  base::Bytes out(kXNonce + plain.size() + kTagSize);
  random.fill(std::span(out).first(kXNonce));
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kXNonce, nullptr, plain.data(),
                                             plain.size(), associated.data(), associated.size(),
                                             nullptr, out.data(), key.expose().data());
  return out;
}

std::size_t xchacha_plain_size(base::ByteView sealed) {
  return sealed.size() < kXNonce + kTagSize ? 0 : sealed.size() - kXNonce - kTagSize;
}

base::Result<void> xchacha_open_into(const AeadKey& key, base::ByteView sealed,
                                     base::ByteView associated, std::span<std::uint8_t> out) {
  require(out.size() == xchacha_plain_size(sealed));
  const bool is_long_enough = sealed.size() >= kXNonce + kTagSize;
  if (is_long_enough &&
      crypto_aead_xchacha20poly1305_ietf_decrypt(
          out.data(), nullptr, nullptr, sealed.data() + kXNonce, sealed.size() - kXNonce,
          associated.data(), associated.size(), sealed.data(), key.expose().data()) == 0) {
    return {};
  }
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  return base::Error{base::Code::kVerificationFailed, "a sealed value does not open", ""};
}

base::Result<SecretBytes> xchacha_open(const AeadKey& key, base::ByteView sealed,
                                       base::ByteView associated) {
  SecretBytes plain(xchacha_plain_size(sealed));
  TRY(xchacha_open_into(key, sealed, associated, plain.expose_mutable()));
  return plain;
}

}  // namespace sealpost::crypto
