#include "notify/curl.hpp"

#include <algorithm>
#include <cstring>

#include "notify/secret_text.hpp"
#include "text/safety.hpp"

namespace sealpost::notify {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kSilentSeconds = 30;
constexpr long kWholeSeconds = 60;
constexpr std::size_t kMostHeard = 600;  // bytes that are kept of an answer
constexpr std::size_t kMostSaid = 200;   // bytes of it that are told
constexpr std::size_t kLeastSecret = 4;  // bytes; shorter ones would blank out everything

// A negative answer of a mail server: "550 5.1.1 ...", "451-...".
bool is_refusal(std::string_view reply) {
  return reply.size() > 3 && (reply[0] == '4' || reply[0] == '5') && reply[1] >= '0' &&
         reply[1] <= '9' && reply[2] >= '0' && reply[2] <= '9';
}

}  // namespace

Curl::Curl(const ChannelSettings& settings, const base::Interrupt& interrupt)
    : settings_(settings), interrupt_(interrupt), easy_(curl_easy_init()) {}

void Curl::begin(const char* protocols) {
  curl_easy_reset(easy_.get());
  heard_.clear();
  mail_ = std::strcmp(protocols, "smtp,smtps") == 0;
  set(CURLOPT_PROTOCOLS_STR, protocols);
  set(CURLOPT_URL, settings_.url.c_str());
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  set(CURLOPT_TIMEOUT, kWholeSeconds);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (settings_.url.starts_with("http:") || mail_) set(CURLOPT_PROXY, "");
  if (!settings_.ca_file.empty()) {
    set(CURLOPT_CAINFO, settings_.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(CURLOPT_WRITEFUNCTION, &on_answer);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &on_reply);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, this);
  set(CURLOPT_NOPROGRESS, 0L);
}

// libcurl keeps a copy of its own.
void Curl::log_in(const std::string& user, const crypto::SecretBytes& secret) {
  SecretText password;
  password.append(secret.expose_text()).append({"\0", 1});
  set(CURLOPT_USERNAME, user.c_str());
  set(CURLOPT_PASSWORD, password.view().data());
}

void Curl::upload(std::string_view body) {
  body_ = body;
  sent_ = 0;
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(CURLOPT_READFUNCTION, &on_read);
  set(CURLOPT_READDATA, this);
  set(CURLOPT_SEEKFUNCTION, &on_seek);
  set(CURLOPT_SEEKDATA, this);
}

CURLcode Curl::perform() {
  if (!easy_) return CURLE_FAILED_INIT;
  if (interrupt_.requested()) return CURLE_ABORTED_BY_CALLBACK;
  return curl_easy_perform(easy_.get());
}

int Curl::status() const {
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

std::optional<std::uint64_t> Curl::retry_after() const {
  curl_off_t seconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
  if (seconds <= 0) return std::nullopt;
  return static_cast<std::uint64_t>(seconds);
}

std::string Curl::said() const {
  std::string text = text::for_terminal(heard_);
  if (text.size() <= kMostSaid) return text;
  return text::for_terminal(text.substr(0, kMostSaid)) + "...";
}

void Curl::hear(std::string_view text) {
  for (const char c : text.substr(0, kMostHeard - std::min(kMostHeard, heard_.size()))) {
    const bool blank = c == '\r' || c == '\n' || c == '\t' || c == ' ';
    if (!blank) {
      heard_ += c;
    } else if (!heard_.empty() && heard_.back() != ' ') {
      heard_ += ' ';
    }
  }
  while (!heard_.empty() && heard_.back() == ' ') heard_.pop_back();
}

// The callbacks are called by C: nothing may be thrown through them.
std::size_t Curl::on_answer(char* data, std::size_t, std::size_t size, void* user) noexcept {
  static_cast<Curl*>(user)->hear({data, size});
  return size;
}

// Of mail servers libcurl shows their replies here; only what they refuse is told on.
std::size_t Curl::on_reply(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto& self = *static_cast<Curl*>(user);
  if (!self.mail_ || !is_refusal({data, size})) return size;
  self.heard_.clear();
  self.hear({data, size});
  return size;
}

std::size_t Curl::on_read(char* out, std::size_t, std::size_t room, void* user) noexcept {
  auto& self = *static_cast<Curl*>(user);
  const std::string_view piece = self.body_.substr(self.sent_, room);
  self.sent_ += piece.size();
  std::copy(piece.begin(), piece.end(), out);
  return piece.size();
}

// A kept connection that turns out to be closed makes curl begin again on a new one.
int Curl::on_seek(void* user, curl_off_t offset, int origin) noexcept {
  auto& self = *static_cast<Curl*>(user);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  self.sent_ = std::min(static_cast<std::size_t>(offset), self.body_.size());
  return CURL_SEEKFUNC_OK;
}

int Curl::on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  return static_cast<Curl*>(user)->interrupt_.requested() ? 1 : 0;
}

bool passes(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
      return true;
    default:
      return false;
  }
}

std::string complaint(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return "the server's certificate is not trusted, or for another name (ca-file)";
    case CURLE_SSL_CACERT_BADFILE:
      return "the ca-file cannot be read";
    case CURLE_USE_SSL_FAILED:
      return "the server does not offer STARTTLS, and without it nothing is sent";
    case CURLE_LOGIN_DENIED:
      return "the server does not take user and secret";
    default:
      return curl_easy_strerror(code);
  }
}

std::string without(std::string text, std::string_view secret) {
  if (secret.size() < kLeastSecret) return text;
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
    text.replace(at, secret.size(), "***");
  }
  return text;
}

std::string_view secret_of(std::string_view link) {
  const std::size_t at = link.rfind('#');
  return at == std::string_view::npos ? link : link.substr(at + 1);
}

}  // namespace sealpost::notify
