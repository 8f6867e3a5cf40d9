// A message sealed for its recipient devices: one payload, one age header each, and back. What is
// checked before anything is shown is sealpost-message(5), OPENING. Pure, thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "age/file_key.hpp"
#include "age/x25519.hpp"
#include "message/header.hpp"

namespace sealpost::message {

struct SealedMessage {
  std::string header_note;           // signed; keep it to check receipts against
  crypto::Digest message_sha256{};   // over header_note
  base::Bytes payload;               // shared
  std::vector<base::Bytes> headers;  // headers[i] + payload is an age file for recipients[i]
  age::FileKey file_key;             // to add a header for a device later
};

// Signs the header (its body fields are filled in from `body`), frames, pads and encrypts.
// kMalformed when the header is out of form or not from the signer; kUsage without recipients.
base::Result<SealedMessage> seal(Header header, base::ByteView body, const note::Signer& signer,
                                 std::span<const age::X25519Recipient> recipients,
                                 base::Random& random);
// For somebody without a key, under a passphrase that is itself a random key: the one age header is
// for that.
base::Result<SealedMessage> seal_for_key(Header header, base::ByteView body,
                                         const note::Signer& signer, base::ByteView passphrase,
                                         base::Random& random);
// One more age header for the same payload, for a device that could not open its own.
base::Result<base::Bytes> seal_header_for(const age::FileKey& file_key,
                                          const age::X25519Recipient& recipient,
                                          base::Random& random);

struct OpenedMessage {
  Header header;
  std::string header_note;
  crypto::Digest message_sha256{};
  crypto::SecretBytes body;
};
// Decrypts, reads frame and header, and checks that the body is the one the header names. The
// signature and whether `from` may say this are verify()'s: show nothing before. All failures of
// decryption are kVerificationFailed alike, and so is another body; kMalformed for what decrypts
// but is out of form.
base::Result<OpenedMessage> open(base::ByteView age_header, base::ByteView payload,
                                 const age::X25519Identity& identity);

// With the sender's certified key from the trust chain: exactly one signature, valid, by `sender`,
// whose name is header.from; `me` ("<organisation>/<user>") is among the recipients; not expired at
// `now`. kVerificationFailed with a sentence that says which. The caller compares message_sha256
// with what the relay's accepted receipt names, and asks policy whether the sender may say this.
base::Result<void> verify(const OpenedMessage& opened, const note::Verifier& sender,
                          std::string_view me, base::Time now);

}  // namespace sealpost::message
