// Values of the register as bytes for the vault: compact, and in one spelling only, which a decoder
// assures by encoding again. Internal to register; one thread each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "register/contact.hpp"

namespace sealpost::reg {

class Packer {
 public:
  explicit Packer(std::uint8_t version) : bytes_{version} {}
  void number(std::uint64_t value);  // its length, and its bytes without leading zeros
  void flag(bool value) { number(value ? 1 : 0); }
  void blob(base::ByteView value);
  void text(std::string_view value) { blob(base::as_bytes(value)); }
  void word(std::string_view value);  // a text that comes again: the second time, its number
  void words(const std::vector<std::string>& values);
  void hex(std::string_view digits);
  void digest(const crypto::Digest& value) { base::append(bytes_, value); }
  void time(base::Time value) {
    number(static_cast<std::uint64_t>(value.time_since_epoch().count()));
  }
  void maybe_time(const std::optional<base::Time>& value);
  void position(const Position& value);
  void file(const File& value);
  base::Bytes take() { return std::move(bytes_); }

 private:
  base::Bytes bytes_;
  std::vector<std::string> known_;
};

// Reads what Packer wrote. A read that fails yields an empty value, and so do all after it; done()
// says in the end whether all went well. Borrows the bytes.
class Unpacker {
 public:
  Unpacker(base::ByteView bytes, std::uint8_t version);
  std::uint64_t number();
  std::size_t count();  // of things that follow, each of at least one byte
  bool flag() { return number() != 0; }
  base::Bytes blob();
  std::string text();
  std::string word();
  std::vector<std::string> words();
  std::string hex();
  crypto::Digest digest();
  base::Time time();
  std::optional<base::Time> maybe_time();
  Position position();
  File file();
  bool failed() const { return failed_; }
  // kMalformed when something failed, or `again`, the value packed once more, is not what was read.
  base::Result<void> done(base::ByteView again) const;

 private:
  base::ByteView take(std::uint64_t size);
  base::ByteView all_;
  base::Reader reader_;
  std::vector<std::string> known_;
  bool failed_ = false;
};

}  // namespace sealpost::reg
