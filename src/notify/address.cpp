#include "notify/address.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

namespace sealpost::notify {
namespace {

constexpr std::size_t kLongestMailbox = 254;  // RFC 5321, 4.5.3.1.3, without the brackets
constexpr std::size_t kLongestLocal = 64;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_among(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

// Parts between dots, none of them empty.
bool is_dotted(std::string_view text, std::string_view marks) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alphanumeric(c) || c == '.' || is_among(marks, c); });
}

base::Error malformed(std::string text, std::string hint) {
  return {base::Code::kMalformed, std::move(text), std::move(hint)};
}

struct UrlCleanup {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlCleanup>;

// Empty when the URL does not have the part.
std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
  return owned.get();
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

base::Result<Url> parse_url(const std::string& text) {
  constexpr const char* kElsewhere = "user and secret-file or secret-command have their own keys";
  Url url(curl_url());
  if (!is_header_text(text) ||
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return malformed("url is out of form", "");
  }
  for (const CURLUPart which : {CURLUPART_USER, CURLUPART_PASSWORD}) {
    if (!part(url, which).empty()) return malformed("url has a user or a password", kElsewhere);
  }
  if (!part(url, CURLUPART_FRAGMENT).empty()) return malformed("url is out of form", "");
  return url;
}

}  // namespace

bool is_phone(std::string_view text) {
  return text.size() >= 7 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_mailbox(std::string_view text) {
  const std::size_t at = text.find('@');
  return text.size() <= kLongestMailbox && at != std::string_view::npos && at <= kLongestLocal &&
         is_dotted(text.substr(0, at), "!#$%&'*+-/=?^_`{|}~") &&
         is_dotted(text.substr(at + 1), "-");
}

bool is_header_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || is_among("!#$%&'*+-.^_`|~", c);
  });
}

bool is_header_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_same_header(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : int{c}; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

base::Result<void> check_web_url(const std::string& text) {
  TRY(const Url url, parse_url(text));
  const std::string scheme = part(url, CURLUPART_SCHEME);
  if (scheme == "https") return {};
  if (scheme == "http" && is_loopback(part(url, CURLUPART_HOST))) return {};
  return malformed("url is not https", "plain http is for this machine alone");
}

base::Result<void> check_smtp_url(const std::string& text) {
  constexpr const char* kHint = "write it like smtp://mail.example:587 or smtps://mail.example";
  TRY(const Url url, parse_url(text));
  const std::string scheme = part(url, CURLUPART_SCHEME);
  const bool bare = part(url, CURLUPART_PATH) == "/" && part(url, CURLUPART_QUERY).empty();
  if ((scheme == "smtp" || scheme == "smtps") && bare) return {};
  return malformed("url is no address of a mail server", kHint);
}

}  // namespace sealpost::notify
