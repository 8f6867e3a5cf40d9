// Streams of bytes: where they come from, where they go. One thread each.
#pragma once

#include <span>

#include "base/bytes.hpp"
#include "base/file.hpp"

namespace sealpost::base {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to out.size() bytes; 0 at the end and only there.
  virtual Result<std::size_t> read(std::span<std::uint8_t> out) = 0;
};

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Result<void> write(ByteView bytes) = 0;
};

// Reads until `out` is full or the source ends; returns how many bytes were read.
Result<std::size_t> read_full(ByteSource& source, std::span<std::uint8_t> out);

// Over a descriptor that stays the caller's.
class FdSource final : public ByteSource {
 public:
  explicit FdSource(int fd) : fd_(fd) {}
  Result<std::size_t> read(std::span<std::uint8_t> out) override { return read_some(fd_, out); }

 private:
  int fd_;
};

class FdSink final : public ByteSink {
 public:
  explicit FdSink(int fd) : fd_(fd) {}
  Result<void> write(ByteView bytes) override { return write_all(fd_, bytes); }

 private:
  int fd_;
};

// Over memory that must outlive it.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(ByteView bytes) : rest_(bytes) {}
  Result<std::size_t> read(std::span<std::uint8_t> out) override;

 private:
  ByteView rest_;
};

class MemorySink final : public ByteSink {
 public:
  Result<void> write(ByteView bytes) override {
    append(bytes_, bytes);
    return {};
  }
  const Bytes& bytes() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

}  // namespace sealpost::base
