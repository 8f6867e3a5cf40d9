#include "notify/email.hpp"

#include <doctest/doctest.h>

#include "notify/address.hpp"
#include "notify/curl.hpp"
#include "notify/escaping.hpp"
#include "support/fakes.hpp"
#include "text/json.hpp"

using namespace sealpost;
using namespace sealpost::notify;

namespace {

std::string mail(std::string_view name, std::string_view subject, std::string_view text) {
  const testing::FakeClock clock;
  const SecretText out = format_mail(
      {"no-reply@mercy.example", name, "jane@a.example", subject, "0193-ab", text, clock.now()});
  return std::string(out.view());
}

std::string escaped(void (*append)(std::string_view, SecretText&), std::string_view text) {
  SecretText out;
  append(text, out);
  return std::string(out.view());
}

}  // namespace

TEST_CASE("a mail has the headers of RFC 5322, and the notice's id") {
  CHECK(mail("Mercy \"H\" Hospital", "A message", "One\nTwo = 2\n") ==
        "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
        "From: \"Mercy \\\"H\\\" Hospital\" <no-reply@mercy.example>\r\n"
        "To: <jane@a.example>\r\n"
        "Subject: A message\r\n"
        "Message-ID: <0193-ab@mercy.example>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "One\r\nTwo =3D 2\r\n");
}

TEST_CASE("headers in other scripts are encoded words of whole characters") {
  CHECK(header_words("Señal") == "=?utf-8?B?U2XDsWFs?=");
  CHECK(header_words("=?utf-8?B?x?=") != "=?utf-8?B?x?=");
  const std::string words = header_words(std::string(40, 'a') + "éééééééééé");
  for (const std::string_view line : base::split(words, '\n')) CHECK(line.size() <= 76);
  CHECK(words.find("\r\n ") != std::string::npos);
}

TEST_CASE("no text can begin a header of its own") {
  for (const char* text : {"a\r\nBcc: b@c.example", "a\nBcc: b@c.example", "a\rBcc: b@c.example"}) {
    CAPTURE(text);
    const std::string whole = mail(text, text, "text");
    CHECK(whole.find("\nBcc") == std::string::npos);
    CHECK(whole.find("\rBcc") == std::string::npos);
  }
}

TEST_CASE("lines of the body are short, and ends of lines survive") {
  const std::string whole = mail("M", "S", std::string(200, 'x') + " \n.\nlast ☺");
  const std::string body = whole.substr(whole.find("\r\n\r\n") + 4);
  for (const std::string_view line : base::split(body, '\n')) CHECK(line.size() <= 77);
  CHECK(body.find("=20\r\n.\r\nlast =E2=98=BA\r\n") != std::string::npos);
}

TEST_CASE("an address that could end a line or a command is no address") {
  for (const char* good : {"jane@a.example", "j.o+x@sub.a.example", "o'neil@a-b.example"}) {
    CHECK(is_mailbox(good));
  }
  for (const char* bad :
       {"", "jane", "@a.example", "jane@", "jane@a.example\r\nRCPT TO:<b@c.example>",
        "jane@a.example\n", "<jane@a.example>", "jane@a.example> SIZE=1", "a b@c.example",
        "jane@@a.example", "jané@a.example", "jane@a..example", ".jane@a.example", "jane@[1.2.3.4]",
        "\"jane doe\"@a.example", "jane@a.example,b@c.example"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_mailbox(bad));
  }
  CHECK_FALSE(is_mailbox(std::string(65, 'a') + "@a.example"));
  CHECK(is_phone("+15550100"));
  for (const char* bad : {"15550100", "+05550100", "+1555010a", "+1", "+15550100\r\n", ""}) {
    CHECK_FALSE(is_phone(bad));
  }
}

TEST_CASE("a JSON string says the same after it is read, whatever is in it") {
  const std::string text = "a\"b\\c\n\t\x01é☺</script>";
  const auto parsed = text::parse_json("{\"t\":\"" + escaped(append_json, text) + "\"}");
  REQUIRE(parsed);
  CHECK(*text::string_at(*parsed, "t") == text);
}

TEST_CASE("a form's value has nothing that would begin another one") {
  CHECK(escaped(append_form, "+1 a&b=c%é\n") == "%2B1%20a%26b%3Dc%25%C3%A9%0A");
  CHECK(escaped(append_form, "aZ9-._~") == "aZ9-._~");
}

TEST_CASE("what a gateway says back is told without the link's secret") {
  CHECK(secret_of("https://a.example/l#AbC_d") == "AbC_d");
  CHECK(without("no: https:\\/\\/a.example\\/l#AbC_d AbC_d!", "AbC_d") ==
        "no: https:\\/\\/a.example\\/l#*** ***!");
  CHECK(without("nothing here", "") == "nothing here");
}

TEST_CASE("text that grows keeps what it had") {
  SecretText out;
  std::string same;
  for (int i = 0; i < 500; ++i) {
    out.append("0123456789");
    same += "0123456789";
  }
  CHECK(out.view() == same);
}
