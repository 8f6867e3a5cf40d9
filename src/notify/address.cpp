#include "notify/address.hpp"

#include <algorithm>
#include <utility>

#include "text/url.hpp"

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

base::Result<text::Url> parse_url(const std::string& text) {
  constexpr const char* kElsewhere = "user and secret-file or secret-command have their own keys";
  auto url = text::parse_url(text);
  if (!is_header_text(text) || !url || !url->fragment.empty()) {
    return malformed("url is out of form", "");
  }
  if (!url->user.empty() || !url->password.empty()) {
    return malformed("url has a user or a password", kElsewhere);
  }
  return *std::move(url);
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
  TRY(const text::Url url, parse_url(text));
  if (url.scheme == "https") return {};
  if (url.scheme == "http" && text::is_loopback(url.host)) return {};
  return malformed("url is not https", "plain http is for this machine alone");
}

base::Result<void> check_smtp_url(const std::string& text) {
  constexpr const char* kHint = "write it like smtp://mail.example:587 or smtps://mail.example";
  TRY(const text::Url url, parse_url(text));
  const bool bare = url.path == "/" && url.query.empty();
  if ((url.scheme == "smtp" || url.scheme == "smtps") && bare) return {};
  return malformed("url is no address of a mail server", kHint);
}

}  // namespace sealpost::notify
