// age v1 files as streams (c2sp.org/age): constant memory, on as many threads as help.
//
// Sources and sinks are called from several threads, but never from two at once and always in the
// order of the bytes. Nothing is buffered beyond a few megabytes, whatever the size.
#pragma once

#include <array>
#include <span>

#include "age/failure.hpp"
#include "age/file_key.hpp"
#include "base/stream.hpp"

namespace sealpost::age {

struct EncryptOptions {
  bool armor = false;    // write the ASCII form
  unsigned threads = 0;  // 0: as many as help on this machine
};

// Encrypts all of `plain` under a fresh file key. Fails as seal_header, the source or the sink do.
base::Result<void> encrypt(base::ByteSource& plain, base::ByteSink& file,
                           std::span<const Recipient* const> recipients,
                           const EncryptOptions& options, base::Random& random);

struct DecryptOptions {
  unsigned threads = 0;
  Failure* failure = nullptr;  // told the class of a refusal; must outlive the call
};

// Decrypts a binary or armored file. Plaintext goes to the sink chunk by chunk, each one after its
// tag has been checked but before the end of the file has been seen: a sink that must hold all or
// nothing keeps it aside until decrypt() has succeeded. kVerificationFailed, as open_header.
base::Result<void> decrypt(base::ByteSource& file, base::ByteSink& plain,
                           std::span<const Identity* const> identities,
                           const DecryptOptions& options = {});

// The payload alone, nonce || STREAM chunks, under a file key that the caller has.
base::Result<void> encrypt_payload(const FileKey& file_key, base::ByteSource& plain,
                                   base::ByteSink& payload, unsigned threads, base::Random& random);
base::Result<void> decrypt_payload(const FileKey& file_key, base::ByteSource& payload,
                                   base::ByteSink& plain, const DecryptOptions& options = {});

using PayloadNonce = std::array<std::uint8_t, 16>;

// The same with a nonce that the caller has kept, so that one plaintext gives one ciphertext
// however often it is encrypted. Whoever encrypts two plaintexts under one file key and nonce gives
// both away.
base::Result<void> encrypt_payload(const FileKey& file_key, const PayloadNonce& nonce,
                                   base::ByteSource& plain, base::ByteSink& payload,
                                   unsigned threads);
// Goes on with chunk `first` (of 64 KiB of plaintext, counted from zero): `payload` begins with
// that chunk, without the nonce, and ends where the payload ends.
base::Result<void> decrypt_payload_from(const FileKey& file_key, const PayloadNonce& nonce,
                                        std::uint64_t first, base::ByteSource& payload,
                                        base::ByteSink& plain, const DecryptOptions& options = {});

// Bytes of payload for `size` bytes of plaintext.
std::uint64_t payload_size(std::uint64_t size);

}  // namespace sealpost::age
