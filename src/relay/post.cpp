#include "relay/post.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace sealpost::relay {
namespace {

constexpr long kConnectSeconds = 5;
constexpr long kWholeSeconds = 10;
constexpr std::size_t kMaxAnswer = 64 << 10;  // bytes

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// The callbacks are called by C: nothing may be thrown through them.
std::size_t on_answer(char* data, std::size_t, std::size_t size, void* body) noexcept {
  auto& heard = *static_cast<std::string*>(body);
  if (heard.size() + size > kMaxAnswer) return 0;  // ends the transfer
  heard.append(data, size);
  return size;
}

int on_progress(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

}  // namespace

base::Result<Posted> post(const std::string& url, const std::filesystem::path& ca_file,
                          std::string_view body, const std::atomic<bool>& stop) {
  const std::unique_ptr<CURL, EasyCleanup> easy(curl_easy_init());
  const std::unique_ptr<curl_slist, ListCleanup> headers(
      curl_slist_append(nullptr, "Content-Type: text/plain; charset=utf-8"));
  if (!easy || !headers) return base::Error{base::Code::kInternal, "libcurl does not start", ""};
  Posted posted;
  const auto set = [&easy](CURLoption option, auto value) {
    curl_easy_setopt(easy.get(), option, value);
  };
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(CURLOPT_TIMEOUT, kWholeSeconds);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (url.starts_with("http:")) set(CURLOPT_PROXY, "");
  if (!ca_file.empty()) {
    set(CURLOPT_CAINFO, ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  set(CURLOPT_POSTFIELDS, body.data());
  set(CURLOPT_WRITEFUNCTION, &on_answer);
  set(CURLOPT_WRITEDATA, &posted.body);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, &stop);
  set(CURLOPT_NOPROGRESS, 0L);
  if (const CURLcode code = curl_easy_perform(easy.get()); code != CURLE_OK) {
    return base::Error{base::Code::kUnreachable, curl_easy_strerror(code), ""};
  }
  long status = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  posted.status = static_cast<int>(status);
  return posted;
}

}  // namespace sealpost::relay
