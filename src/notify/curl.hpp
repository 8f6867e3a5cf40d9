// What SMTP and webhooks share of libcurl: one kept connection, certificates always checked, no
// redirects, an end when the process is asked to stop. Internal to notify. One thread.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "notify/carrier.hpp"

namespace sealpost::notify {

struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListCleanup {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListCleanup>;

class Curl {
 public:
  Curl(const ChannelSettings& settings, const base::Interrupt& interrupt);

  // Forgets the options of the exchange before, but not its connection, and sets what is always so.
  void begin(const char* protocols);
  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }
  void log_in(const std::string& user, const crypto::SecretBytes& secret);
  // The body that is sent: a view that is not copied, and what was read of it.
  void upload(std::string_view body);
  CURLcode perform();
  int status() const;  // the last one of the other side; 0 when there was none
  std::optional<std::uint64_t> retry_after() const;
  // The beginning of what the other side said, harmless for a terminal.
  std::string said() const;

 private:
  static std::size_t on_answer(char* data, std::size_t, std::size_t size, void* user) noexcept;
  static std::size_t on_reply(char* data, std::size_t, std::size_t size, void* user) noexcept;
  static std::size_t on_read(char* out, std::size_t, std::size_t room, void* user) noexcept;
  static int on_seek(void* user, curl_off_t offset, int origin) noexcept;
  static int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept;
  void hear(std::string_view text);

  const ChannelSettings& settings_;
  const base::Interrupt& interrupt_;
  std::unique_ptr<CURL, EasyCleanup> easy_;
  std::string_view body_;
  std::size_t sent_ = 0;
  std::string heard_;
  bool mail_ = false;
};

// Whether another try may end better, by libcurl's code alone.
bool passes(CURLcode code);
// What went wrong, for people.
std::string complaint(CURLcode code);
// `text` without what must not be told on, such as a link that a gateway says back.
std::string without(std::string text, std::string_view secret);
// What of a link opens the message: behind its '#'.
std::string_view secret_of(std::string_view link);

}  // namespace sealpost::notify
