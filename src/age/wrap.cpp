#include "age/wrap.hpp"

namespace sealpost::age {

base::Bytes wrap_file_key(const FileKey& file_key, const crypto::AeadKey& wrap_key) {
  base::Bytes body(kWrappedSize);
  crypto::ChaChaPoly(wrap_key).seal({}, file_key.expose(), body);
  return body;
}

std::optional<FileKey> unwrap_file_key(base::ByteView body, const crypto::AeadKey& wrap_key) {
  FileKey file_key;
  if (!crypto::ChaChaPoly(wrap_key).open({}, body, file_key.expose_mutable())) return std::nullopt;
  return file_key;
}

}  // namespace sealpost::age
