// A header with every field in it, and the keys of the people in the tests.
#pragma once

#include <string>

#include "message/attachment.hpp"
#include "message/header.hpp"
#include "support/fakes.hpp"

namespace sealpost::message {

inline const std::string kLaptop = "mercy.example/dr.lee/laptop";
inline const std::string kNurse = "mercy.example/nurse.kim";

inline crypto::Digest digest_of(std::uint8_t byte) {
  crypto::Digest digest;
  digest.fill(byte);
  return digest;
}

inline Attachment sample_attachment() {
  Attachment attachment;
  attachment.name = "scan 1.dcm";
  attachment.size = 1 << 20;
  attachment.media_type = "application/dicom";
  attachment.blob = "00112233445566778899aabbccddeeff";
  attachment.ciphertext_size = 1048997;
  attachment.root = digest_of(0x17);
  attachment.key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  return attachment;
}

inline Header sample_header() {
  const base::Time noon = testing::FakeClock().now();
  Header header;
  header.id = "019aa640-7e38-7000-8000-0123456789ab";
  header.from = kLaptop;
  header.to = {kNurse, "mercy.example/olivia"};
  header.sent = noon;
  header.expires = noon + std::chrono::hours(24 * 30);
  header.purpose = "test-results";
  header.subject = "Potassium";
  header.content_type = "text/plain; charset=utf-8";
  header.body_length = 11;
  header.body_sha256 = digest_of(0x64);
  header.log = {4711, digest_of(1)};
  header.trust = {12, digest_of(2)};
  header.attachments.push_back(sample_attachment());
  return header;
}

inline note::Signer signer_named(const std::string& name, std::uint64_t seed) {
  testing::FakeRandom random(seed);
  return *note::Signer::make(name, crypto::SigningKey::generate(random));
}

}  // namespace sealpost::message
