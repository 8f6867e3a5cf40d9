// Text that grows and holds a link or a password: every copy that it leaves behind is wiped. Not
// thread-safe.
#pragma once

#include <string_view>

#include "crypto/secret.hpp"

namespace sealpost::notify {

class SecretText {
 public:
  SecretText& append(std::string_view more);
  std::string_view view() const { return bytes_.expose_text().substr(0, size_); }

 private:
  crypto::SecretBytes bytes_;
  std::size_t size_ = 0;
};

}  // namespace sealpost::notify
