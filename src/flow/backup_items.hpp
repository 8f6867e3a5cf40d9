// The items of a backup, sealpost-backup(5): written one by one into a sink, read one by one while
// the bytes come. Pure but for the streams; one thread. What is out of form, cut or has something
// behind its end fails with kMalformed.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/stream.hpp"
#include "crypto/sign.hpp"
#include "flow/records.hpp"

namespace sealpost::flow {

struct BackedDevice {
  Profile profile;
  base::Time at;
  std::optional<crypto::SigningSeed> root_key;
  crypto::SecretBytes invitation;  // a token, or empty
};
struct BackupCounts {
  std::uint64_t messages = 0;
  std::uint64_t receipts = 0;
};

class BackupWriter {
 public:
  // Borrows the sink. Calls come in the order of the page.
  explicit BackupWriter(base::ByteSink& sink) : sink_(sink) {}
  base::Result<void> device(const BackedDevice& device);
  base::Result<void> entry(const std::string& note);
  base::Result<void> checkpoint(const std::string& text);
  base::Result<void> message(base::ByteView record);
  base::Result<void> receipt(base::ByteView record);
  base::Result<BackupCounts> end();

 private:
  base::Result<void> item(const crypto::SecretBytes& body);
  base::ByteSink& sink_;
  BackupCounts counts_;
};

// What is told of each item, in the order of the file. A failure of one of them ends the reading.
struct BackupVisitor {
  std::function<base::Result<void>(BackedDevice)> device;
  std::function<base::Result<void>(std::string)> entry;
  std::function<base::Result<void>(std::string)> checkpoint;
  std::function<base::Result<void>(base::ByteView)> message;  // a MessageRecord, encoded
  std::function<base::Result<void>(base::ByteView)> receipt;  // a ReceiptRecord, encoded
};

// A sink that takes a backup in pieces of any size. Borrows the visitor.
class BackupReader final : public base::ByteSink {
 public:
  explicit BackupReader(const BackupVisitor& visitor) : visitor_(visitor) {}
  base::Result<void> write(base::ByteView bytes) override;
  // After the last piece.
  base::Result<BackupCounts> finish() const;

 private:
  enum class Place { kMagic, kDevice, kEntries, kCheckpoint, kMessages, kReceipts, kEnd };
  base::Result<bool> take();  // whether a whole item was there
  base::Result<void> item(base::ByteView body);
  base::Result<void> advance(Place to);
  const BackupVisitor& visitor_;
  Place place_ = Place::kMagic;
  base::Bytes held_;
  std::size_t used_ = 0;  // of held_
  BackupCounts counts_;
};

}  // namespace sealpost::flow
