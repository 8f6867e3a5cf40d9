#include "notify/email.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "notify/address.hpp"

namespace sealpost::notify {
namespace {

constexpr std::size_t kLongestLine = 76;     // RFC 2045, 6.7
constexpr std::size_t kLongestEncoded = 45;  // bytes in one encoded word, which is then 72 long
constexpr std::string_view kHex = "0123456789ABCDEF";

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// As much of the text as one encoded word takes, in whole characters.
std::size_t word_length(std::string_view text) {
  if (text.size() <= kLongestEncoded) return text.size();
  std::size_t length = kLongestEncoded;
  while (length > 1 && is_continuation(text[length])) --length;
  return length;
}

// A display name: a quoted string when it is printable ASCII.
std::string display_name(std::string_view name) {
  if (!is_header_text(name)) return header_words(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

// Lines of the body, each at most 76 characters.
class QuotedPrintable {
 public:
  explicit QuotedPrintable(SecretText& out) : out_(out) {}

  void line(std::string_view text) {
    used_ = 0;
    for (std::size_t i = 0; i < text.size(); ++i) byte(text[i], i + 1 == text.size());
    out_.append("\r\n");
  }

 private:
  void byte(char c, bool last) {
    const bool blank = c == ' ' || c == '\t';
    const bool plain = c > ' ' && c <= '~' && c != '=';
    if (plain || (blank && !last)) return put({&c, 1});
    const auto value = static_cast<unsigned char>(c);
    const std::array<char, 3> code{'=', kHex[value >> 4], kHex[value & 15]};
    put({code.data(), code.size()});
  }
  void put(std::string_view piece) {
    if (used_ + piece.size() >= kLongestLine) {
      out_.append("=\r\n");
      used_ = 0;
    }
    out_.append(piece);
    used_ += piece.size();
  }

  SecretText& out_;
  std::size_t used_ = 0;
};

std::string_view domain_of(std::string_view mailbox) {
  return mailbox.substr(mailbox.find('@') + 1);
}

}  // namespace

std::string header_words(std::string_view text) {
  if (is_header_text(text) && text.find("=?") == std::string_view::npos) return std::string(text);
  std::string words;
  while (!text.empty()) {
    const std::size_t length = word_length(text);
    if (!words.empty()) words += "\r\n ";
    words += "=?utf-8?B?" + base::to_base64(base::as_bytes(text.substr(0, length))) + "?=";
    text.remove_prefix(length);
  }
  return words;
}

std::string format_mail_date(base::Time at) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  return fmt::format(
      "{}, {} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
      static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
      static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
      time.seconds().count());
}

SecretText format_mail(const Mail& mail) {
  SecretText out;
  out.append(fmt::format("Date: {}\r\n", format_mail_date(mail.at)));
  out.append(fmt::format("From: {} <{}>\r\n", display_name(mail.from_name), mail.from));
  out.append(fmt::format("To: <{}>\r\n", mail.to));
  out.append(fmt::format("Subject: {}\r\n", header_words(mail.subject)));
  out.append(fmt::format("Message-ID: <{}@{}>\r\n", mail.id, domain_of(mail.from)));
  out.append(
      "Auto-Submitted: auto-generated\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
  std::string_view text = mail.text;
  if (text.ends_with('\n')) text.remove_suffix(1);
  QuotedPrintable body(out);
  for (const std::string_view line : base::split(text, '\n')) body.line(line);
  return out;
}

}  // namespace sealpost::notify
