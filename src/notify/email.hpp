// A notice as a mail: RFC 5322 headers, a quoted-printable body (RFC 2045). Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/seams.hpp"
#include "notify/secret_text.hpp"

namespace sealpost::notify {

struct Mail {
  std::string_view from;       // passed is_mailbox()
  std::string_view from_name;  // any plain text
  std::string_view to;         // passed is_mailbox()
  std::string_view subject;    // any plain text
  std::string_view id;         // of the notice: letters, digits, dashes
  std::string_view text;
  base::Time at;
};
// With CR LF everywhere. The Message-ID is the notice's id at the domain of `from`.
SecretText format_mail(const Mail& mail);

// A header's text: as it is when it is printable ASCII, else in encoded words (RFC 2047).
std::string header_words(std::string_view text);
std::string format_mail_date(base::Time at);  // RFC 5322, 3.3

}  // namespace sealpost::notify
