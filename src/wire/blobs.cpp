// Bodies about blobs: reservation, state, leaf list.
#include "wire/fields.hpp"
#include "wire/messages.hpp"

namespace sealpost::wire {
namespace {

using text::Json;

constexpr std::size_t kMaxParts = kMaxBlob / kPartSize;

base::Result<BlobReservation> read_reservation(Fields& in) {
  BlobReservation out;
  TRY(out.id, in.line("id"));
  TRY(out.size, in.number("size", kMaxBlob));
  return out;
}

base::Result<BlobState> read_state(Fields& in) {
  BlobState out;
  TRY(Json * parts, in.array("parts", kMaxParts));
  for (const Json& part : *parts) {
    if (!part.is_number_unsigned() || part.get<std::uint64_t>() >= kMaxParts) {
      return malformed("parts", "must hold numbers of parts");
    }
    out.parts.push_back(part.get<std::uint64_t>());
  }
  TRY(out.complete, in.flag("complete"));
  return out;
}

base::Result<BlobCompletion> read_completion(Fields& in) {
  BlobCompletion out;
  TRY(Json * leaves, in.array("leaves", kMaxLeaves));
  for (const Json& leaf : *leaves) {
    if (!leaf.is_binary()) return malformed("leaves", "must hold byte strings");
    auto digest = crypto::digest_from(leaf.get_binary());
    if (!digest) return malformed("leaves", "must hold hashes of 32 bytes");
    out.leaves.push_back(*digest);
  }
  return out;
}

}  // namespace

Bytes to_cbor(const BlobReservation& value) {
  return text::to_cbor({{"id", value.id}, {"size", value.size}});
}

Bytes to_cbor(const BlobState& value) {
  return text::to_cbor({{"parts", Json(value.parts)}, {"complete", value.complete}});
}

Bytes to_cbor(const BlobCompletion& value) {
  Json out = Json::object();
  out["leaves"] =
      array_of(value.leaves, [](const crypto::Digest& leaf) { return text::binary(leaf); });
  return text::to_cbor(out);
}

base::Result<BlobReservation> parse_blob_reservation(ByteView body) {
  return parse_body<BlobReservation>(body, read_reservation);
}
base::Result<BlobState> parse_blob_state(ByteView body) {
  return parse_body<BlobState>(body, read_state);
}
base::Result<BlobCompletion> parse_blob_completion(ByteView body) {
  return parse_body<BlobCompletion>(body, read_completion);
}

}  // namespace sealpost::wire
