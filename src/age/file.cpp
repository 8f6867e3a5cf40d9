#include "age/file.hpp"

#include <algorithm>

#include "age/chunk.hpp"
#include "age/header.hpp"

namespace sealpost::age {
namespace {

base::Result<void> check_company(std::span<const Recipient* const> recipients) {
  if (recipients.empty()) {
    return base::Error{base::Code::kUsage, "nobody to encrypt to", "name at least one recipient"};
  }
  const auto alone = [](const Recipient* recipient) { return recipient->alone(); };
  if (recipients.size() > 1 && std::any_of(recipients.begin(), recipients.end(), alone)) {
    return base::Error{base::Code::kUsage, "a passphrase cannot be combined with other recipients",
                       "make two files, or give the passphrase or the recipients alone"};
  }
  return {};
}

// A passphrase stanza stands alone whoever reads the file: it is what lets a reader take a file
// that opens with the passphrase for one that was written by somebody who knows it.
bool passphrase_in_company(std::span<const Stanza> stanzas) {
  const auto is_scrypt = [](const Stanza& stanza) { return stanza.type == "scrypt"; };
  return stanzas.size() > 1 && std::any_of(stanzas.begin(), stanzas.end(), is_scrypt);
}

base::Error no_match() {
  return {base::Code::kVerificationFailed, "none of the keys given opens this file",
          "it was made for somebody else, or the passphrase is wrong"};
}

// The file key from the first identity that has one.
base::Result<FileKey> unwrap_any(std::span<const Stanza> stanzas,
                                 std::span<const Identity* const> identities, Failure* failure) {
  for (const Identity* identity : identities) {
    auto found = identity->unwrap(stanzas);
    if (!found && found.error().code == base::Code::kMalformed) {
      return refuse(Failure::kHeader, "the header is malformed: " + found.error().text, failure);
    }
    if (!found) return std::move(found).error();
    if (*found) return *std::move(*found);
  }
  if (failure != nullptr) *failure = Failure::kNoMatch;
  return no_match();
}

}  // namespace

base::Result<base::Bytes> seal_header(const FileKey& file_key,
                                      std::span<const Recipient* const> recipients,
                                      base::Random& random) {
  TRY(check_company(recipients));
  std::vector<Stanza> stanzas;
  for (const Recipient* recipient : recipients) {
    TRY(Stanza stanza, recipient->wrap(file_key, random));
    stanzas.push_back(std::move(stanza));
  }
  base::Bytes header = format_header(stanzas, file_key);
  if (header.size() > kMaxHeaderSize) {
    return base::Error{base::Code::kUsage, "too many recipients for one file",
                       "split the recipients over several files"};
  }
  return header;
}

base::Bytes seal_payload(const FileKey& file_key, base::ByteView plain, base::Random& random) {
  const std::size_t chunks = plain.empty() ? 1 : (plain.size() + kChunkSize - 1) / kChunkSize;
  base::Bytes out(kPayloadNonceSize + plain.size() + chunks * crypto::kTagSize);
  const auto nonce = std::span(out).first(kPayloadNonceSize);
  random.fill(nonce);
  crypto::ChaChaPoly aead(payload_key(file_key, nonce));
  auto rest = std::span(out).subspan(kPayloadNonceSize);
  for (std::uint64_t index = 0; index < chunks; ++index) {
    const auto chunk = plain.first(std::min(plain.size(), kChunkSize));
    const std::size_t sealed = chunk.size() + crypto::kTagSize;
    aead.seal(chunk_nonce(index, index + 1 == chunks), chunk, rest.first(sealed));
    plain = plain.subspan(chunk.size());
    rest = rest.subspan(sealed);
  }
  return out;
}

base::Result<OpenedHeader> open_header(base::ByteView file,
                                       std::span<const Identity* const> identities,
                                       Failure* failure) {
  const auto header = parse_header(file.first(std::min(file.size(), kMaxHeaderSize)));
  if (!header) {
    return refuse(Failure::kHeader, "this is not an age v1 file: " + header.error().text, failure);
  }
  if (passphrase_in_company(header->stanzas)) {
    return refuse(Failure::kHeader, "the header mixes a passphrase with other recipients", failure);
  }
  TRY(FileKey file_key, unwrap_any(header->stanzas, identities, failure));
  if (!crypto::equal(header_mac(header->covered, file_key), header->mac)) {
    return refuse(Failure::kHmac, "the header was changed after it was made", failure);
  }
  return OpenedHeader{std::move(file_key), header->size};
}

base::Result<crypto::SecretBytes> open_payload(const FileKey& file_key, base::ByteView payload) {
  const auto damaged = [] { return refuse(Failure::kPayload, "the payload is damaged", nullptr); };
  if (payload.size() < kPayloadNonceSize + crypto::kTagSize) return damaged();
  crypto::ChaChaPoly aead(payload_key(file_key, payload.first(kPayloadNonceSize)));
  payload = payload.subspan(kPayloadNonceSize);
  const std::size_t chunks = (payload.size() - 1) / kSealedChunkSize + 1;
  const std::size_t tail = payload.size() - (chunks - 1) * kSealedChunkSize;
  if (tail < crypto::kTagSize) return damaged();
  crypto::SecretBytes plain(payload.size() - chunks * crypto::kTagSize);
  auto rest = plain.expose_mutable();
  for (std::uint64_t index = 0; index < chunks; ++index) {
    const auto chunk = payload.first(std::min(payload.size(), kSealedChunkSize));
    const auto out = rest.first(chunk.size() - crypto::kTagSize);
    if (open_chunk(aead, chunk, index, index + 1 == chunks, out) != ChunkFate::kGood) {
      return damaged();
    }
    payload = payload.subspan(chunk.size());
    rest = rest.subspan(out.size());
  }
  return plain;
}

}  // namespace sealpost::age
