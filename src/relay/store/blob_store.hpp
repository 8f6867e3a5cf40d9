// Where the ciphertext of blobs lies. Ids are 32 hex digits, checked by the caller. Thread-safe for
// different blobs; parts of one blob may be written at once. Errors as base/file.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/file.hpp"

namespace sealpost::relay {

class BlobStore {
 public:
  virtual ~BlobStore() = default;
  // Makes room for a blob that does not exist yet, or opens the one that does.
  virtual base::Result<base::Fd> open_for_writing(std::string_view id) = 0;
  virtual base::Result<void> write_at(const base::Fd& file, std::uint64_t offset,
                                      base::ByteView bytes) = 0;
  // False when the file was removed after it was opened: what was written to it is lost.
  virtual bool is_there(const base::Fd& file) = 0;
  // Returns when what was written to the file is on stable storage.
  virtual base::Result<void> sync_part(const base::Fd& file) = 0;
  // Gives the room of everything written so far back at once, although the file is still open.
  virtual void abandon(const base::Fd& file) = 0;
  // Bytes that more blobs could take, leaving what the rest of the relay needs to go on.
  virtual base::Result<std::uint64_t> room() = 0;
  // Returns when the bytes and the name are on stable storage. kVerificationFailed when the file
  // does not have `size` bytes, or has holes.
  virtual base::Result<void> sync(std::string_view id, std::uint64_t size) = 0;
  virtual base::Result<base::Fd> open_for_reading(std::string_view id) = 0;
  virtual base::Result<void> remove(std::string_view id) = 0;  // absent is fine
  virtual base::Result<std::vector<std::string>> list() = 0;
};

}  // namespace sealpost::relay
