#include "relay/tls.hpp"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <array>
#include <memory>

#include "base/encoding.hpp"

namespace sealpost::relay {
namespace {

constexpr const char* kTlsHint =
    "sealpost-relay(8), TLS; tls.certificate and tls.key in relay.toml";
constexpr auto kLifetime = std::chrono::hours(24) * 3650;

struct FreeKey {
  void operator()(gnutls_x509_privkey_t key) const { gnutls_x509_privkey_deinit(key); }
};
struct FreeCertificate {
  void operator()(gnutls_x509_crt_t certificate) const { gnutls_x509_crt_deinit(certificate); }
};
using Key = std::unique_ptr<gnutls_x509_privkey_int, FreeKey>;
using Certificate = std::unique_ptr<gnutls_x509_crt_int, FreeCertificate>;

// A buffer that GnuTLS allocated. Wiped, since it may hold a key.
class Datum {
 public:
  Datum() = default;
  Datum(const Datum&) = delete;
  Datum& operator=(const Datum&) = delete;
  ~Datum() {
    if (datum_.data == nullptr) return;
    crypto::wipe({datum_.data, datum_.size});
    gnutls_free(datum_.data);
  }
  gnutls_datum_t* out() { return &datum_; }
  base::ByteView view() const { return {datum_.data, datum_.size}; }

 private:
  gnutls_datum_t datum_{nullptr, 0};
};

base::Result<void> check(int status) {
  if (status >= 0) return {};
  return base::Error{base::Code::kInternal,
                     "cannot make a TLS certificate: " + std::string(gnutls_strerror(status)), ""};
}

std::string pin_of(base::ByteView key_id) { return "sha256//" + base::to_base64(key_id); }

// The host of "https://host:port", without brackets.
std::string host_of(std::string_view url) {
  std::string_view rest = url.substr(url.find("//") + 2);
  if (rest.starts_with('[')) return std::string(rest.substr(1, rest.find(']') - 1));
  return std::string(rest.substr(0, rest.find(':')));
}

base::Result<void> set_host(gnutls_x509_crt_t certificate, const std::string& host) {
  std::array<std::uint8_t, 16> raw{};
  unsigned size = 0;
  if (inet_pton(AF_INET, host.c_str(), raw.data()) == 1) size = 4;
  if (inet_pton(AF_INET6, host.c_str(), raw.data()) == 1) size = 16;
  const auto kind = size > 0 ? GNUTLS_SAN_IPADDRESS : GNUTLS_SAN_DNSNAME;
  const void* data = size > 0 ? static_cast<const void*>(raw.data()) : host.data();
  const unsigned length = size > 0 ? size : static_cast<unsigned>(host.size());
  TRY(check(gnutls_x509_crt_set_subject_alt_name(certificate, kind, data, length, 0)));
  return check(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
                                             host.data(), static_cast<unsigned>(host.size())));
}

base::Result<void> fill_in(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key,
                           const std::string& host, base::Time now, base::Random& random) {
  std::array<std::uint8_t, 16> serial{};
  random.fill(serial);
  serial[0] &= 0x7fU;  // RFC 5280 §4.1.2.2: a positive integer
  const auto day_before = std::chrono::system_clock::to_time_t(now - std::chrono::hours(24));
  const auto end = std::chrono::system_clock::to_time_t(now + kLifetime);
  TRY(check(gnutls_x509_crt_set_version(certificate, 3)));
  TRY(check(gnutls_x509_crt_set_serial(certificate, serial.data(), serial.size())));
  TRY(check(gnutls_x509_crt_set_activation_time(certificate, day_before)));
  TRY(check(gnutls_x509_crt_set_expiration_time(certificate, end)));
  TRY(check(gnutls_x509_crt_set_basic_constraints(certificate, 0, -1)));
  TRY(check(gnutls_x509_crt_set_key_usage(certificate, GNUTLS_KEY_DIGITAL_SIGNATURE)));
  TRY(set_host(certificate, host));
  TRY(check(gnutls_x509_crt_set_key(certificate, key)));
  return check(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0));
}

base::Result<Certificate> new_certificate() {
  gnutls_x509_crt_t raw = nullptr;
  TRY(check(gnutls_x509_crt_init(&raw)));
  return Certificate(raw);
}

}  // namespace

base::Result<TlsIdentity> make_tls_identity(std::string_view url, base::Time now,
                                            base::Random& random) {
  gnutls_x509_privkey_t raw = nullptr;
  TRY(check(gnutls_x509_privkey_init(&raw)));
  const Key key(raw);
  TRY(check(gnutls_x509_privkey_generate(raw, GNUTLS_PK_ECDSA,
                                         GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0)));
  TRY(const Certificate certificate, new_certificate());
  TRY(fill_in(certificate.get(), raw, host_of(url), now, random));
  Datum certificate_pem;
  Datum key_pem;
  TRY(check(
      gnutls_x509_crt_export2(certificate.get(), GNUTLS_X509_FMT_PEM, certificate_pem.out())));
  TRY(check(gnutls_x509_privkey_export2(raw, GNUTLS_X509_FMT_PEM, key_pem.out())));
  return TlsIdentity{std::string(base::as_text(certificate_pem.view())),
                     crypto::SecretBytes(key_pem.view())};
}

base::Result<void> check_tls_identity(std::string_view certificate_pem,
                                      const crypto::SecretBytes& key_pem) {
  TRY(const std::string pin, tls_pin(certificate_pem));
  gnutls_x509_privkey_t raw = nullptr;
  TRY(check(gnutls_x509_privkey_init(&raw)));
  const Key key(raw);
  const auto text = key_pem.expose();
  // GnuTLS does not write to its input.
  const gnutls_datum_t input{const_cast<unsigned char*>(text.data()),
                             static_cast<unsigned>(text.size())};
  if (gnutls_x509_privkey_import(raw, &input, GNUTLS_X509_FMT_PEM) < 0) {
    return base::Error{base::Code::kMalformed, "the TLS key is no private key in PEM form",
                       kTlsHint};
  }
  std::array<std::uint8_t, 32> hash{};
  std::size_t size = hash.size();
  const int status =
      gnutls_x509_privkey_get_key_id(raw, GNUTLS_KEYID_USE_SHA256, hash.data(), &size);
  if (status >= 0 && pin == pin_of(hash)) return {};
  return base::Error{base::Code::kMalformed, "the TLS certificate and the TLS key are no pair",
                     kTlsHint};
}

base::Result<std::string> tls_pin(std::string_view certificate_pem) {
  const base::Error wrong{base::Code::kMalformed, "the TLS certificate is not one in PEM form",
                          kTlsHint};
  TRY(const Certificate certificate, new_certificate());
  std::string copy(certificate_pem);
  const gnutls_datum_t input{reinterpret_cast<unsigned char*>(copy.data()),
                             static_cast<unsigned>(copy.size())};
  if (gnutls_x509_crt_import(certificate.get(), &input, GNUTLS_X509_FMT_PEM) < 0) return wrong;
  std::array<std::uint8_t, 32> hash{};
  std::size_t size = hash.size();
  if (gnutls_x509_crt_get_key_id(certificate.get(), GNUTLS_KEYID_USE_SHA256, hash.data(), &size) <
          0 ||
      size != hash.size()) {
    return wrong;
  }
  return pin_of(hash);
}

}  // namespace sealpost::relay
