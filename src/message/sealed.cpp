#include "message/sealed.hpp"

#include <algorithm>
#include <array>

#include "age/file.hpp"
#include "age/scrypt.hpp"

namespace sealpost::message {
namespace {

constexpr int kKeyWorkFactor = 1;  // of a passphrase that is a random key

base::Error failed(std::string_view text) {
  return {base::Code::kVerificationFailed, std::string(text), ""};
}

// The one face of every failure that belongs to the ciphertext.
base::Error undecryptable(base::Error error) {
  if (error.code != base::Code::kVerificationFailed) return error;
  return failed("the message cannot be decrypted");
}

base::Result<std::string> sign_header(Header& header, base::ByteView body,
                                      const note::Signer& signer) {
  if (header.from != signer.name()) {
    return base::Error{base::Code::kMalformed, "a message header from another device", ""};
  }
  header.body_length = body.size();
  header.body_sha256 = crypto::sha256(body);
  TRY(const std::string text, format_header(header));
  return note::sign(text, signer);
}

// All but the age headers.
base::Result<SealedMessage> seal_payload(Header& header, base::ByteView body,
                                         const note::Signer& signer, base::Random& random) {
  SealedMessage sealed;
  TRY(sealed.header_note, sign_header(header, body, signer));
  sealed.message_sha256 = crypto::sha256(base::as_bytes(sealed.header_note));
  sealed.file_key = age::FileKey::random(random);
  const crypto::SecretBytes framed = frame(sealed.header_note, body);
  sealed.payload = age::seal_payload(sealed.file_key, framed.expose(), random);
  return sealed;
}

base::Result<crypto::SecretBytes> decrypt(base::ByteView age_header, base::ByteView payload,
                                          const age::X25519Identity& identity) {
  const std::array<const age::Identity*, 1> identities{&identity};
  auto opened = age::open_header(age_header, identities);
  if (!opened) return undecryptable(std::move(opened).error());
  if (opened->size != age_header.size()) return failed("the message cannot be decrypted");
  auto plaintext = age::open_payload(opened->file_key, payload);
  if (!plaintext) return undecryptable(std::move(plaintext).error());
  return plaintext;
}

base::Result<OpenedMessage> parse_message(base::ByteView plaintext) {
  TRY(Framed framed, parse_frame(plaintext));
  TRY(const note::Note signed_note, note::parse(framed.header_note));
  OpenedMessage opened;
  TRY(opened.header, parse_header(signed_note.text));
  opened.message_sha256 = crypto::sha256(base::as_bytes(framed.header_note));
  opened.header_note = std::move(framed.header_note);
  opened.body = std::move(framed.body);
  return opened;
}

}  // namespace

base::Result<base::Bytes> seal_header_for(const age::FileKey& file_key,
                                          const age::X25519Recipient& recipient,
                                          base::Random& random) {
  const std::array<const age::Recipient*, 1> recipients{&recipient};
  return age::seal_header(file_key, recipients, random);
}

base::Result<SealedMessage> seal(Header header, base::ByteView body, const note::Signer& signer,
                                 std::span<const age::X25519Recipient> recipients,
                                 base::Random& random) {
  if (recipients.empty()) {
    return base::Error{base::Code::kUsage, "a message needs a recipient", ""};
  }
  TRY(SealedMessage sealed, seal_payload(header, body, signer, random));
  for (const age::X25519Recipient& recipient : recipients) {
    TRY(base::Bytes age_header, seal_header_for(sealed.file_key, recipient, random));
    sealed.headers.push_back(std::move(age_header));
  }
  return sealed;
}

base::Result<SealedMessage> seal_for_key(Header header, base::ByteView body,
                                         const note::Signer& signer, base::ByteView passphrase,
                                         base::Random& random) {
  TRY(SealedMessage sealed, seal_payload(header, body, signer, random));
  const age::ScryptRecipient recipient(passphrase, kKeyWorkFactor);
  const std::array<const age::Recipient*, 1> recipients{&recipient};
  TRY(base::Bytes age_header, age::seal_header(sealed.file_key, recipients, random));
  sealed.headers.push_back(std::move(age_header));
  return sealed;
}

base::Result<OpenedMessage> open(base::ByteView age_header, base::ByteView payload,
                                 const age::X25519Identity& identity) {
  TRY(const crypto::SecretBytes plaintext, decrypt(age_header, payload, identity));
  TRY(OpenedMessage opened, parse_message(plaintext.expose()));
  if (opened.header.body_length != opened.body.size() ||
      opened.header.body_sha256 != crypto::sha256(opened.body.expose())) {
    return failed("the body is not the one that the message's header names");
  }
  return opened;
}

base::Result<void> verify(const OpenedMessage& opened, const note::Verifier& sender,
                          std::string_view me, base::Time now) {
  const Header& header = opened.header;
  TRY(const note::Note signed_note, note::parse(opened.header_note));
  if (signed_note.signatures.size() != 1) {
    return failed("the message does not carry exactly one signature");
  }
  if (header.from != sender.name() || !note::signed_by(signed_note, sender)) {
    return failed("the message is not signed by the device it names as its sender");
  }
  if (std::find(header.to.begin(), header.to.end(), me) == header.to.end()) {
    return failed("the message was written to somebody else and passed on");
  }
  if (now >= header.expires) return failed("the message has expired");
  return {};
}

}  // namespace sealpost::message
