#include "forward/tls_link.hpp"

#include <curl/curl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <array>

#include "base/bytes.hpp"
#include "base/encoding.hpp"

namespace sealpost::forward {
namespace {

using base::Code;
using base::Error;
using base::Result;

constexpr long kConnectSeconds = 10;
constexpr int kStep = 200;          // milliseconds between looks at the interrupt
constexpr int kStalledSteps = 150;  // half a minute

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

Error away(std::string_view why) {
  return {Code::kUnreachable, "the collector cannot be reached: " + std::string(why), ""};
}

Error error_of(CURLcode code) {
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return {Code::kInterrupted, "interrupted", ""};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return {Code::kVerificationFailed, "the collector's certificate is not trusted",
              "--ca names the authority that signed it; its name must be the host's"};
    case CURLE_SSL_CACERT_BADFILE:
      return {Code::kUsage, "the file of --ca holds no certificate", ""};
    default:
      return away(curl_easy_strerror(code));
  }
}

// Called by C: nothing may be thrown through it.
int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  return static_cast<const base::Interrupt*>(user)->requested() ? 1 : 0;
}

Error bad_url() {
  return {Code::kUsage, "a collector is named as tls://host or tls://host:port",
          "tls://siem.example:6514"};
}

}  // namespace

Result<Collector> parse_collector(std::string_view url, std::string ca) {
  constexpr std::string_view kScheme = "tls://";
  if (!url.starts_with(kScheme)) return bad_url();
  std::string_view rest = url.substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  Collector out;
  out.ca = std::move(ca);
  const std::size_t bracket = rest.find(']');
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  out.host = rest.substr(0, colon);
  if (out.host.empty() || out.host.find_first_of("/?#@ \\") != std::string::npos) return bad_url();
  if (colon == std::string_view::npos) return out;
  const auto port = base::parse_decimal(rest.substr(colon + 1), 65535);
  if (!port || *port == 0) return bad_url();
  out.port = static_cast<std::uint16_t>(*port);
  return out;
}

std::string framed(std::string_view message) {
  return std::to_string(message.size()) + " " + std::string(message);
}

struct TlsLink::Parts {
  std::unique_ptr<CURL, EasyCleanup> easy;
  curl_socket_t socket = CURL_SOCKET_BAD;
  const base::Interrupt* interrupt = nullptr;

  // True when the socket is ready, false when it is not within a step.
  bool wait(short what) const {
    pollfd asked{socket, what, 0};
    return ::poll(&asked, 1, kStep) > 0;
  }
};

TlsLink::TlsLink(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TlsLink::TlsLink(TlsLink&&) noexcept = default;
TlsLink& TlsLink::operator=(TlsLink&&) noexcept = default;
TlsLink::~TlsLink() = default;

// libcurl connects and shakes hands as for HTTPS, and then leaves the connection to us.
Result<TlsLink> TlsLink::open(const Collector& collector, const base::Interrupt& interrupt) {
  auto parts = std::make_unique<Parts>();
  parts->interrupt = &interrupt;
  parts->easy.reset(curl_easy_init());
  CURL* easy = parts->easy.get();
  if (easy == nullptr) return Error{Code::kInternal, "libcurl cannot be used", ""};
  const std::string url = "https://" + collector.host + ":" + std::to_string(collector.port) + "/";
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  if (!collector.ca.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, collector.ca.c_str());
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, const_cast<base::Interrupt*>(&interrupt));
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
  if (const CURLcode code = curl_easy_perform(easy); code != CURLE_OK) return error_of(code);
  curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &parts->socket);
  if (parts->socket == CURL_SOCKET_BAD) return away("the connection is gone");
  return TlsLink(std::move(parts));
}

Result<void> TlsLink::send(std::string_view bytes) {
  int stalled = 0;
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const CURLcode code = curl_easy_send(parts_->easy.get(), bytes.data(), bytes.size(), &sent);
    if (code != CURLE_OK && code != CURLE_AGAIN) return away(curl_easy_strerror(code));
    bytes.remove_prefix(sent);
    stalled = sent > 0 ? 0 : stalled + 1;
    if (bytes.empty()) break;
    if (parts_->interrupt->requested()) return Error{Code::kInterrupted, "interrupted", ""};
    if (stalled > kStalledSteps) return away("it takes nothing");
    if (sent == 0) parts_->wait(POLLOUT);
  }
  return {};
}

bool TlsLink::is_drained() const {
  int waiting = 0;
  return ::ioctl(parts_->socket, SIOCOUTQ, &waiting) == 0 && waiting == 0;
}

// Collectors say nothing; what comes is read so that the end is seen behind it.
bool TlsLink::is_open() {
  std::array<char, 512> heard{};
  for (;;) {
    std::size_t count = 0;
    const CURLcode code = curl_easy_recv(parts_->easy.get(), heard.data(), heard.size(), &count);
    if (code == CURLE_AGAIN) return true;
    if (code != CURLE_OK || count == 0) return false;
  }
}

}  // namespace sealpost::forward
