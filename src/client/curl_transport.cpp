#include "client/curl_transport.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace sealpost::client {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kBufferSize = 512 << 10;  // bytes, each way

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyCleanup>;
using List = std::unique_ptr<curl_slist, ListCleanup>;

// What the callbacks of one exchange share.
struct Exchange {
  CURL* easy;
  const Request* request;
  const base::Interrupt* interrupt;
  base::Bytes body;
  std::uint64_t received = 0;
  std::size_t sent = 0;                // bytes of the request's body
  std::optional<base::Error> refusal;  // why the body was not taken
};

base::Result<void> take(Exchange& exchange, base::ByteView bytes) {
  const Request& request = *exchange.request;
  long status = 0;
  curl_easy_getinfo(exchange.easy, CURLINFO_RESPONSE_CODE, &status);
  const bool streamed = request.sink != nullptr && status == 206;
  exchange.received += bytes.size();
  if (exchange.received > (streamed ? request.max_streamed : request.max_body)) {
    return base::Error{base::Code::kMalformed, "the relay's answer is longer than allowed", ""};
  }
  if (streamed) return request.sink->write(bytes);
  base::append(exchange.body, bytes);
  return {};
}

// Both callbacks are called by C: nothing may be thrown through it.
std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto& exchange = *static_cast<Exchange*>(user);
  auto taken = take(exchange, base::as_bytes({data, size}));
  if (taken) return size;
  exchange.refusal = std::move(taken).error();
  return size == 0 ? 1 : 0;  // anything but `size` ends the transfer
}

// For bodies that are watched.
std::size_t on_read(char* out, std::size_t, std::size_t room, void* user) noexcept {
  auto& exchange = *static_cast<Exchange*>(user);
  const Request& request = *exchange.request;
  if (request.piece > 0) room = std::min(room, request.piece);
  const auto piece =
      request.body.subspan(exchange.sent, std::min(room, request.body.size() - exchange.sent));
  exchange.sent += piece.size();
  if (!piece.empty()) request.watch->leaving(exchange.sent);
  if (exchange.interrupt->requested()) return CURL_READFUNC_ABORT;
  // The types of the bytes differ: std::copy would take them one by one.
  if (!piece.empty()) std::memcpy(out, piece.data(), piece.size());
  return piece.size();
}

// A kept connection that turns out to be closed makes curl begin again on a new one.
int on_seek(void* user, curl_off_t offset, int origin) noexcept {
  auto& exchange = *static_cast<Exchange*>(user);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  exchange.sent = std::min(static_cast<std::size_t>(offset), exchange.request->body.size());
  return CURL_SEEKFUNC_OK;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  return static_cast<Exchange*>(user)->interrupt->requested() ? 1 : 0;
}

base::Error unreachable(std::string_view why) {
  return {base::Code::kUnreachable, "the relay cannot be reached: " + std::string(why),
          "is it running, and is the network up? The same command can be repeated"};
}

base::Error error_of(CURLcode code, Exchange& exchange) {
  if (exchange.refusal) return *std::move(exchange.refusal);
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return {base::Code::kInterrupted, "interrupted", ""};
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return {base::Code::kVerificationFailed, "the server's TLS key is not the pinned one",
              "somebody may be between you and the relay; ask its operator for the right pin"};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {base::Code::kVerificationFailed, "the server's certificate is not trusted",
              "a relay with a certificate of its own needs its pin"};
    default:
      return unreachable(curl_easy_strerror(code));
  }
}

// libcurl takes no less than 1 KiB.
std::size_t buffer_size(std::size_t piece) { return std::max(piece, std::size_t{1024}); }

List header_list(const Headers& headers) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");  // bodies are small: do not ask first
  for (const auto& header : headers) {
    list = curl_slist_append(list, (header.first + ": " + header.second).c_str());
  }
  return List(list);
}

class CurlTransport final : public Transport {
 public:
  CurlTransport(Endpoint endpoint, const base::Interrupt& interrupt)
      : endpoint_(std::move(endpoint)), interrupt_(interrupt), easy_(curl_easy_init()) {}

  base::Result<Response> perform(const Request& request) override {
    if (!easy_) return base::Error{base::Code::kInternal, "libcurl cannot be started", ""};
    if (interrupt_.requested()) return base::Error{base::Code::kInterrupted, "interrupted", ""};
    Exchange exchange{easy_.get(), &request, &interrupt_, {}, 0, 0, {}};
    const List headers = header_list(request.headers);
    curl_easy_reset(easy_.get());  // options only: the connection stays
    set_connection();
    set_request(request, headers.get());
    set_body(exchange);
    set_callbacks(exchange);
    const CURLcode code = curl_easy_perform(easy_.get());
    if (code != CURLE_OK) return error_of(code, exchange);
    return response(exchange);
  }

  std::unique_ptr<Transport> another(const base::Interrupt& interrupt) const override {
    return make_curl_transport(endpoint_, interrupt);
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }

  void set_connection() {
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TCP_KEEPALIVE, 1L);
    set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    set(CURLOPT_BUFFERSIZE, kBufferSize);
    set(CURLOPT_UPLOAD_BUFFERSIZE, kBufferSize);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (endpoint_.url.starts_with("http:")) set(CURLOPT_PROXY, "");
    if (!endpoint_.pin.empty()) {
      set(CURLOPT_PINNEDPUBLICKEY, endpoint_.pin.c_str());
      set(CURLOPT_SSL_VERIFYPEER, 0L);
      set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
  }

  void set_request(const Request& request, curl_slist* headers) {
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_HTTPHEADER, headers);
    if (request.piece > 0) set(CURLOPT_BUFFERSIZE, static_cast<long>(buffer_size(request.piece)));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(request.patience).count();
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(std::max<std::int64_t>(seconds, 1)));
  }

  void set_body(Exchange& exchange) {
    const Request& request = *exchange.request;
    if (request.method == "GET") return;
    const auto size = static_cast<curl_off_t>(request.body.size());
    if (request.watch == nullptr) {
      set(CURLOPT_POSTFIELDSIZE_LARGE, size);
      set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : base::as_text(request.body).data());
    } else {
      set(CURLOPT_UPLOAD, 1L);
      set(CURLOPT_INFILESIZE_LARGE, size);
      set(CURLOPT_READFUNCTION, &on_read);
      set(CURLOPT_READDATA, &exchange);
      set(CURLOPT_SEEKFUNCTION, &on_seek);
      set(CURLOPT_SEEKDATA, &exchange);
    }
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  void set_callbacks(Exchange& exchange) {
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, &exchange);
    set(CURLOPT_XFERINFOFUNCTION, &on_progress);
    set(CURLOPT_XFERINFODATA, &exchange);
    set(CURLOPT_NOPROGRESS, 0L);
  }

  Response response(Exchange& exchange) {
    long status = 0;
    curl_off_t retry_after = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &retry_after);
    Response response{static_cast<int>(status), std::move(exchange.body), {}};
    if (retry_after > 0) response.retry_after = static_cast<std::uint64_t>(retry_after);
    return response;
  }

  Endpoint endpoint_;
  const base::Interrupt& interrupt_;
  Easy easy_;
};

}  // namespace

std::unique_ptr<Transport> make_curl_transport(Endpoint endpoint,
                                               const base::Interrupt& interrupt) {
  return std::make_unique<CurlTransport>(std::move(endpoint), interrupt);
}

}  // namespace sealpost::client
