// The signed header of a message and the frame around it, sealpost-message(5). Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "crypto/secret.hpp"
#include "note/statement.hpp"

namespace sealpost::message {

inline constexpr std::size_t kMaxRecipients = 1000;
inline constexpr std::size_t kMaxAttachments = 256;
inline constexpr std::size_t kMaxReplyKeys = 16;
inline constexpr std::size_t kMaxSubject = 200;         // bytes
inline constexpr std::size_t kMaxLabel = 255;           // bytes of a file name or media type
inline constexpr std::size_t kMaxHeaderNote = 1 << 20;  // bytes
inline constexpr std::size_t kMaxBody = 4 << 20;        // bytes

// How an attachment is found, opened and checked. `key` opens the blob: it is secret, and so is a
// header that has attachments.
struct Attachment {
  std::string name;        // as the sender called it; made safe by whoever writes it to a disk
  std::uint64_t size = 0;  // of the plaintext, bytes
  std::string media_type;
  std::string blob;  // id at the relay, 32 hex digits
  std::uint64_t ciphertext_size = 0;
  crypto::Digest root{};  // RFC 6962 over 1 MiB leaves of ciphertext
  std::string key;        // passphrase of the scrypt stanza: base64 of 32 random bytes
};

struct Header {
  std::string id;               // UUID
  std::string from;             // full device name of the signer
  std::vector<std::string> to;  // "<organisation>/<user>", every recipient
  base::Time sent;
  base::Time expires;
  std::string purpose;
  std::optional<std::string> subject;  // plain text, at most 200 bytes
  std::optional<std::string> thread;   // id of the first message
  std::vector<std::string> reply;      // age recipients to which a contact's answer is encrypted
  std::string content_type;            // "text/plain; charset=utf-8"
  std::uint64_t body_length = 0;
  crypto::Digest body_sha256{};
  note::View log;
  note::View trust;
  std::vector<Attachment> attachments;
};

// The unsigned text; kMalformed, naming the field, when a value cannot stand in a header.
base::Result<std::string> format_header(const Header& header);
// Accepts exactly what format_header writes; kMalformed.
base::Result<Header> parse_header(std::string_view text);

// sealpost-message/1 <note bytes> <body bytes>\n, the note, the body, zeroes up to the Padme size.
// The result holds the body in clear: it is wiped with its owner.
crypto::SecretBytes frame(std::string_view header_note, base::ByteView body);
struct Framed {
  std::string header_note;
  crypto::SecretBytes body;
};
// kMalformed, also when the padding is not zero or not of the right length.
base::Result<Framed> parse_frame(base::ByteView plaintext);
// The padded size of `length` bytes: at most 12 % more, leaking
// O(log log n) bits of the length.
std::uint64_t padme(std::uint64_t length);

}  // namespace sealpost::message
