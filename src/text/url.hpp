// Absolute URLs (RFC 3986), taken apart by libcurl, so that what is checked is what will be asked.
// Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sealpost::text {

// What a URL does not have is empty; a path is at least "/".
struct Url {
  std::string scheme;  // in small letters
  std::string user;
  std::string password;
  std::string host;  // an IPv6 address in brackets
  std::string path;
  std::string query;
  std::string fragment;
};

// Of any scheme; nothing for what is no absolute URL.
std::optional<Url> parse_url(const std::string& text);

// localhost, 127.0.0.0/8 or [::1]: what is said there does not leave the machine.
bool is_loopback(std::string_view host);

}  // namespace sealpost::text
