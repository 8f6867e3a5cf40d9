// Types for bytes that must not leak: they move but do not copy, wipe themselves, and have no
// comparison, no stream operator and no formatter. The only way in is fill or take, the only way
// out is expose(). One thread for each at a time.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/seams.hpp"

namespace sealpost::crypto {

// Overwrites memory in a way the compiler keeps.
void wipe(std::span<std::uint8_t> memory);
// Constant time for equal lengths; different lengths are unequal.
bool equal(base::ByteView a, base::ByteView b);

// A short-lived secret of fixed size. Tag keeps secrets of equal size apart at compile time.
template <std::size_t N, typename Tag>
class Secret {
 public:
  static constexpr std::size_t kSize = N;

  Secret() = default;  // all zero
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(bytes_); }

  static Secret random(base::Random& random) {
    Secret secret;
    random.fill(secret.bytes_);
    return secret;
  }
  // Copies exactly N bytes; kMalformed for another length. The source stays the caller's to wipe.
  static base::Result<Secret> from(base::ByteView bytes) {
    if (bytes.size() != N) {
      return base::Error{base::Code::kMalformed, "a key of the wrong length", ""};
    }
    Secret secret;
    std::copy(bytes.begin(), bytes.end(), secret.bytes_.begin());
    return secret;
  }
  Secret clone() const { return *from(bytes_); }  // deliberate, visible copy

  std::span<const std::uint8_t, N> expose() const { return bytes_; }
  std::span<std::uint8_t, N> expose_mutable() { return bytes_; }

 private:
  std::array<std::uint8_t, N> bytes_{};
};

// A secret of any length, or one that lives long: guarded, locked, undumpable pages
// (sodium_malloc). It ends where its guard page begins. Short ones take pages that others gave
// back, wiped: a list of a hundred thousand of them must not cost a million system calls.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size);      // zeroed; aborts when memory cannot be had
  explicit SecretBytes(base::ByteView bytes);  // copies; the source stays the caller's to wipe
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Whether the pages are locked against swapping; the system may refuse that to a process.
  bool locked() const;
  void truncate(std::size_t size);  // to at most the present size; wipes the rest
  SecretBytes clone() const { return SecretBytes(expose()); }
  std::span<const std::uint8_t> expose() const { return {data_, size_}; }
  std::span<std::uint8_t> expose_mutable() { return {data_, size_}; }
  std::string_view expose_text() const { return base::as_text(expose()); }

 private:
  void release();

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t allocated_ = 0;  // what size_ was in the beginning
};

}  // namespace sealpost::crypto
