#include <fmt/format.h>

#include <map>

#include "age/armor.hpp"
#include "age/header.hpp"
#include "age/key_file.hpp"
#include "flow/inspect_parts.hpp"

namespace sealpost::flow {
namespace {

using base::Code;
using base::Error;
using base::Result;
using text::OrderedTree;

constexpr std::uint64_t kNonce = 16;                        // bytes at the front of a payload
constexpr std::uint64_t kTag = 16;                          // bytes that encryption adds to a chunk
constexpr std::uint64_t kChunk = std::uint64_t{64} * 1024;  // bytes of plaintext

// "2 X25519", "1 scrypt"
std::string count_types(const std::vector<age::Stanza>& stanzas) {
  std::map<std::string, std::size_t> counts;
  for (const age::Stanza& stanza : stanzas) ++counts[stanza.type];
  std::string text;
  for (const auto& [type, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, type);
  }
  return text;
}

OrderedTree describe(const age::Stanza& stanza) {
  OrderedTree described{{"type", stanza.type}};
  if (stanza.type == "scrypt" && stanza.arguments.size() == 2) {
    described["work_factor"] = stanza.arguments[1];
  }
  described["bytes"] = stanza.body.size();
  return described;
}

// Nothing when no plaintext encrypts to a payload of this size.
std::optional<std::uint64_t> plaintext_size(std::uint64_t payload) {
  if (payload < kNonce + kTag) return std::nullopt;
  const std::uint64_t sealed = payload - kNonce;
  const std::uint64_t chunks = (sealed + kChunk + kTag - 1) / (kChunk + kTag);
  if (sealed < chunks * kTag || (sealed - chunks * kTag == (chunks - 1) * kChunk && chunks > 1)) {
    return std::nullopt;
  }
  return sealed - chunks * kTag;
}

// `size` of the whole binary file, where it is known.
Result<Inspection> describe_file(base::ByteView head, std::optional<std::uint64_t> size,
                                 bool armored) {
  TRY(const age::Header header, age::parse_header(head));
  Inspection found{"age-file", "an age file (" + count_types(header.stanzas) + ")", {}, {}};
  found.findings["format"] = "age-encryption.org/v1";
  found.findings["armored"] = armored;
  found.findings["header_bytes"] = header.size;
  for (const age::Stanza& stanza : header.stanzas) {
    found.findings["stanzas"].push_back(describe(stanza));
  }
  if (!size) return found;
  const std::uint64_t payload = *size - header.size;
  found.findings["payload_bytes"] = payload;
  if (const auto plain = plaintext_size(payload)) {
    found.findings["plaintext_bytes"] = *plain;
  } else {
    found.findings["problem"] = "the file is cut off or has grown";
  }
  return found;
}

}  // namespace

Result<Inspection> inspect_age(const Specimen& specimen) {
  return describe_file(specimen.head, specimen.size, false);
}

Result<Inspection> inspect_armored(const Specimen& specimen) {
  base::MemorySource source(specimen.head);
  age::ArmorSource armor(source);
  base::Bytes decoded(specimen.head.size());
  std::size_t size = 0;
  while (size < decoded.size()) {
    const auto count = armor.read(std::span(decoded).subspan(size));
    if (!count && specimen.whole()) return count.error();
    if (!count || *count == 0) break;
    size += *count;
  }
  decoded.resize(size);
  const auto known = specimen.whole() ? std::optional<std::uint64_t>(size) : std::nullopt;
  return describe_file(decoded, known, true);
}

Result<Inspection> inspect_identities(base::ByteView file) {
  TRY(const auto identities, age::parse_identities(file));
  Inspection found{
      "age-identity", "age identities: secret keys that open what is sealed for them", {}, {}};
  for (const age::X25519Identity& identity : identities) {
    found.findings["recipients"].push_back(identity.recipient().str());
  }
  return found;
}

Result<Inspection> inspect_recipients(base::ByteView file) {
  TRY(const auto recipients, age::parse_recipients(file));
  Inspection found{"age-recipient", "age recipients: public keys to encrypt to", {}, {}};
  for (const age::X25519Recipient& recipient : recipients) {
    found.findings["recipients"].push_back(recipient.str());
  }
  return found;
}

}  // namespace sealpost::flow
