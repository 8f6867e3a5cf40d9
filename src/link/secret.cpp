#include "link/secret.hpp"

#include <algorithm>

#include "crypto/secret_base64.hpp"

namespace sealpost::link {

crypto::SecretBytes format_address(std::string_view page, const LinkSecret& secret) {
  const crypto::SecretBytes text = crypto::to_secret_base64url(secret.expose());
  crypto::SecretBytes out(page.size() + 1 + text.size());
  auto at = std::copy(page.begin(), page.end(), out.expose_mutable().begin());
  *at++ = '#';
  std::copy(text.expose().begin(), text.expose().end(), at);
  return out;
}

}  // namespace sealpost::link
