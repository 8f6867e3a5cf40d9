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
base::Result<SealedMessage> seal(Header header, base::ByteView body, const note::Signer& signer,
                                 std::span<const age::X25519Recipient> recipients,
                                 base::Random& random);

struct OpenedMessage {
  Header header;
  std::string header_note;
  crypto::Digest message_sha256{};
  crypto::SecretBytes body;
};
// Decrypts and checks the frame, and that the body is the one the header names. The signature and
// whether `from` may say this are verify()'s. All decryption failures are kVerificationFailed
// alike.
base::Result<OpenedMessage> open(base::ByteView age_header, base::ByteView payload,
                                 const age::X25519Identity& identity);

// The rest, with the sender's certified key from the trust chain: exactly one valid signature, by
// `sender`, whose name is header.from; `me` ("<organisation>/<user>") is among the recipients; not
// expired at `now`; message_sha256 is the one the relay's accepted receipt and envelope named.
// kVerificationFailed with a sentence that says which.
base::Result<void> verify(const OpenedMessage& opened, const note::Verifier& sender,
                          std::string_view me, base::Time now);

}  // namespace sealpost::message
