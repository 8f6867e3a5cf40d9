#include "crypto/secret.hpp"

#include <sanitizer/asan_interface.h>
#include <sodium.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <new>
#include <utility>

namespace sealpost::crypto {

void wipe(std::span<std::uint8_t> memory) { sodium_memzero(memory.data(), memory.size()); }

bool equal(base::ByteView a, base::ByteView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

namespace {

// With sodium_malloc()'s own sixteen bytes, one page exactly.
constexpr std::size_t kBlock = 4096 - 16;
constexpr std::size_t kSpares = 2048;  // what several batches of messages hold at once

// Pages that were given back, for whoever is next: as malloc() keeps its own, and as little state
// of the program. Nothing of what they held is left in them, and a sanitizer reports whoever still
// looks into one.
class Spares {
 public:
  Spares() = default;
  Spares(const Spares&) = delete;
  Spares& operator=(const Spares&) = delete;
  ~Spares() {
    while (void* const block = take()) sodium_free(block);
  }

  // Null when there is none.
  void* take() {
    const std::lock_guard lock(mutex_);
    if (count_ == 0) return nullptr;
    void* const block = blocks_[--count_];
    ASAN_UNPOISON_MEMORY_REGION(block, kBlock);
    return block;
  }

  bool keep(void* block) {
    const std::lock_guard lock(mutex_);
    if (count_ == kSpares) return false;
    ASAN_POISON_MEMORY_REGION(block, kBlock);
    blocks_[count_++] = block;
    return true;
  }

 private:
  std::mutex mutex_;
  std::array<void*, kSpares> blocks_{};
  std::size_t count_ = 0;
};

Spares& spares() {
  static Spares spares;
  return spares;
}

std::uint8_t* allocate(std::size_t size) {
  const std::size_t whole = std::max(size, kBlock);
  void* block = size <= kBlock ? spares().take() : nullptr;
  if (block == nullptr) block = sodium_malloc(whole);
  if (block == nullptr) throw std::bad_alloc();
  return static_cast<std::uint8_t*>(block) + (whole - size);
}

}  // namespace

SecretBytes::SecretBytes(std::size_t size) : size_(size), allocated_(size) {
  if (sodium_init() < 0) throw std::bad_alloc();
  if (size == 0) return;
  data_ = allocate(size);
  std::fill_n(data_, size, std::uint8_t{0});
}

SecretBytes::SecretBytes(base::ByteView bytes) : SecretBytes(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), data_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      allocated_(std::exchange(other.allocated_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    allocated_ = std::exchange(other.allocated_, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { release(); }

void SecretBytes::release() {
  if (data_ == nullptr) return;
  wipe({data_, allocated_});
  std::uint8_t* const block = data_ - (std::max(allocated_, kBlock) - allocated_);
  if (allocated_ > kBlock || !spares().keep(block)) sodium_free(block);
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
