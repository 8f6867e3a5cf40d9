// The relay's TLS identity: a certificate of its own making, and the pin that clients compare.
// sealpost-relay(8), TLS.
#pragma once

#include <string>
#include <string_view>

#include "base/seams.hpp"
#include "crypto/secret.hpp"

namespace sealpost::relay {

struct TlsIdentity {
  std::string certificate;  // PEM
  crypto::SecretBytes key;  // PEM
};

// ECDSA P-256, self-signed for the host of `url`, valid ten years from `now`: clients trust its
// pinned key, not its dates.
base::Result<TlsIdentity> make_tls_identity(std::string_view url, base::Time now,
                                            base::Random& random);
// What a server needs: a certificate, a key, and that they belong together. kMalformed names the
// one that is wrong, without saying anything of the key.
base::Result<void> check_tls_identity(std::string_view certificate_pem,
                                      const crypto::SecretBytes& key_pem);
// "sha256//<base64>" of the public key in the first certificate of a PEM file; kMalformed.
base::Result<std::string> tls_pin(std::string_view certificate_pem);

}  // namespace sealpost::relay
