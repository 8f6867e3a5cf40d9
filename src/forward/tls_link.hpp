// A connection to a collector of syslog: RFC 5425, TLS with the collector's certificate verified,
// each message behind its length (section 4.3). One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/seams.hpp"

namespace sealpost::forward {

// Where events go.
struct Collector {
  std::string host;
  std::uint16_t port = 6514;  // IANA's for syslog over TLS
  std::string ca;             // PEM file; empty: what the system trusts
};
// "tls://siem.example:6514", "tls://[2001:db8::1]"; kUsage.
base::Result<Collector> parse_collector(std::string_view url, std::string ca);

class TlsLink {
 public:
  // kUnreachable when nobody answers, kVerificationFailed when the certificate is not trusted or of
  // another name, kInterrupted.
  static base::Result<TlsLink> open(const Collector& collector, const base::Interrupt& interrupt);
  TlsLink(TlsLink&&) noexcept;
  TlsLink& operator=(TlsLink&&) noexcept;
  ~TlsLink();

  // All of it, as fast as the collector takes it. kUnreachable when it takes nothing for half a
  // minute or has gone; then some of it may have arrived.
  base::Result<void> send(std::string_view bytes);
  // Whether the collector's machine has got everything that was sent, as far as TCP knows.
  bool is_drained() const;
  // False once the collector has closed the connection.
  bool is_open();

 private:
  struct Parts;
  explicit TlsLink(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// "83 <85>1 2026-..."
std::string framed(std::string_view message);

}  // namespace sealpost::forward
