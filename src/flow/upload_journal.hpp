// What the vault keeps of an upload under way, so that another process can go on with it.
//
// The law it enforces: no two plaintexts are ever encrypted under one file key and nonce. The keys
// are kept from the beginning, and the digest of each block of the file is kept, synced, before a
// byte of that block reaches the encryption. A block whose digest is not the one that was kept ends
// the life of these keys: the upload begins anew under others.
//
// Rows of Kind::kUpload: "<name>" has the keys, "<blob>\n<group>" the digests of kGroup blocks.
// One thread at a time; several processes may work on one upload.
#pragma once

#include <optional>
#include <string>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "message/attachment.hpp"
#include "vault/vault.hpp"

namespace sealpost::flow {

inline constexpr std::uint64_t kBlockSize = 8 << 20;  // bytes of plaintext; the last one is shorter

class UploadJournal {
 public:
  // Takes up the upload of `size` bytes that the vault knows as `name`, or begins one when there is
  // none or it was of another size. An empty name: nothing is kept.
  static base::Result<UploadJournal> open(vault::Vault& vault, std::string name, std::uint64_t size,
                                          base::Random& random);
  // Bytes of the blocks that were noted.
  static base::Result<std::uint64_t> noted_bytes(vault::Vault& vault, const std::string& name);
  // Erases it all; absent is fine. Call inside a transaction.
  static base::Result<void> forget(vault::Vault& vault, const std::string& name);

  const std::string& blob() const { return blob_; }
  const message::BlobKeys& keys() const { return keys_; }
  // How many blocks were noted when it was opened.
  std::uint64_t known() const { return known_; }
  // Notes the digest of block `number`; blocks come in order. False when it may not be encrypted
  // under these keys. kConflict when another process has begun the upload anew.
  base::Result<bool> note(std::uint64_t number, const crypto::Digest& digest);

 private:
  UploadJournal(vault::Vault& vault, std::string name) : vault_(vault), name_(std::move(name)) {}
  base::Result<bool> take_up(const vault::Row& row, std::uint64_t size);
  base::Result<void> begin(std::uint64_t size, base::Random& random);
  base::Result<base::Bytes> group(std::uint64_t number) const;
  base::Result<std::optional<bool>> compare(std::uint64_t number,
                                            const crypto::Digest& digest) const;
  base::Result<void> add(std::uint64_t number, const crypto::Digest& digest);

  vault::Vault& vault_;
  std::string name_;
  std::string blob_;
  message::BlobKeys keys_;
  std::uint64_t known_ = 0;
};

}  // namespace sealpost::flow
