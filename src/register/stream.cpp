#include "register/stream.hpp"

namespace sealpost::reg {

std::string_view stream_name(Stream stream) {
  return stream == Stream::kPeople ? "people" : "organisation";
}

std::optional<Stream> stream_from_name(std::string_view name) {
  for (const Stream stream : {Stream::kPeople, Stream::kOrganisation}) {
    if (stream_name(stream) == name) return stream;
  }
  return std::nullopt;
}

crypto::Digest next_head(const crypto::Digest& head, const crypto::Digest& file) {
  return crypto::sha256({head, file});
}

}  // namespace sealpost::reg
