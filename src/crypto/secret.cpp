#include "crypto/secret.hpp"

#include <sodium.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <utility>

namespace sealpost::crypto {

void wipe(std::span<std::uint8_t> memory) { sodium_memzero(memory.data(), memory.size()); }

bool equal(base::ByteView a, base::ByteView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  if (sodium_init() < 0) throw std::bad_alloc();
  if (size == 0) return;
  data_ = static_cast<std::uint8_t*>(sodium_malloc(size));
  if (data_ == nullptr) throw std::bad_alloc();
  std::fill_n(data_, size, std::uint8_t{0});
}

SecretBytes::SecretBytes(base::ByteView bytes) : SecretBytes(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), data_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    if (data_ != nullptr) sodium_free(data_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() {
  if (data_ != nullptr) sodium_free(data_);
}

// sodium_malloc() locks where it may and says nothing where it may not. Locks do not add up, so
// asking again is to know.
bool SecretBytes::locked() const { return size_ == 0 || ::mlock(data_, size_) == 0; }

void SecretBytes::truncate(std::size_t size) {
  if (size >= size_) return;
  wipe(expose_mutable().subspan(size));
  size_ = size;
}

}  // namespace sealpost::crypto
