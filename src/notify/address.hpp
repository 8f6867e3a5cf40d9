// Forms of addresses and headers, so that nothing of one gets into the other. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::notify {

// E.164: a plus sign and 6 to 15 digits.
bool is_phone(std::string_view text);
// A dot-atom, @ and a host name (RFC 5321, 4.1.2), ASCII, at most 254 bytes: nothing that could end
// a line or a command. Quoted local parts and addresses in brackets are not taken.
bool is_mailbox(std::string_view text);

bool is_header_name(std::string_view text);  // a token of RFC 9110, 5.6.2
bool is_header_text(std::string_view text);  // printable ASCII and blanks
bool is_same_header(std::string_view a, std::string_view b);

// https://, or http:// on this machine; no user, password or fragment. kMalformed.
base::Result<void> check_web_url(const std::string& url);
// smtp:// or smtps:// and a host, maybe a port, and nothing else. kMalformed.
base::Result<void> check_smtp_url(const std::string& url);

}  // namespace sealpost::notify
