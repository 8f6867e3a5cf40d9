#include "notify/texts.hpp"

#include <doctest/doctest.h>

#include "notify/gsm.hpp"

using namespace sealpost;
using namespace sealpost::notify;

namespace {

const Sender kSender{"mercy.example", "https://relay.mercy.example:8443/l#AAAAAAAAAAAAAAAAAAAAAA"};

base::Result<Texts> sms(const std::map<std::string, std::string>& templates,
                        const std::map<std::string, std::string>& stops = {}) {
  ChannelSettings settings;
  settings.templates = templates;
  settings.stops = stops;
  return Texts::make(settings, Channel::kSms, kSender);
}

bool is_refused(const base::Result<Texts>& texts, std::string_view why) {
  return !texts && texts.error().code == base::Code::kMalformed &&
         texts.error().text.find(why) != std::string::npos;
}

// A template whose text message takes so many characters.
std::string of_length(std::size_t septets) {
  const std::size_t fixed = kSender.sample_link.size() + 1 + std::string("x").size();
  return std::string(septets - fixed, 'a') + "{link} {stop}";
}

}  // namespace

TEST_CASE("GSM characters count one, those of the extension table two") {
  CHECK(gsm_septets("") == 0);
  CHECK(gsm_septets("Hello @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&") == 42);
  CHECK(gsm_septets("¡ÄÖÑÜ§¿äöñüà\n\r") == 14);
  for (const char* two : {"^", "{", "}", "\\", "[", "~", "]", "|", "€", "\f"}) {
    CAPTURE(two);
    CHECK(gsm_septets(two) == 2);
  }
  CHECK(gsm_septets("[€]a") == 7);
}

TEST_CASE("what no GSM table has cannot be counted") {
  for (const char* beyond : {"á", "í", "ó", "ú", "ê", "`", "“", "☺", "ç", "\t", "😀"}) {
    CAPTURE(beyond);
    CHECK_FALSE(gsm_septets(beyond));
    CHECK(first_beyond_gsm(std::string("ok ") + beyond + " ok") == beyond);
  }
  CHECK_FALSE(gsm_septets("\xff"));
  CHECK(first_beyond_gsm("plain").empty());
}

TEST_CASE("the built-in text messages are as long as the manual says, and fit") {
  const Texts texts = *sms({});
  const std::size_t variable = kSender.organisation.size() + kSender.sample_link.size();
  CHECK(gsm_septets(texts.compose("en", kSender.sample_link).text.view()) == variable + 60);
  CHECK(gsm_septets(texts.compose("es", kSender.sample_link).text.view()) == variable + 66);
}

TEST_CASE("a text message of 160 characters is taken, one of 161 refused with both numbers") {
  CHECK(sms({{"en", of_length(160)}}, {{"en", "x"}}));
  const auto texts = sms({{"en", of_length(161)}}, {{"en", "x"}});
  CHECK(is_refused(texts, "takes 161 characters"));
  CHECK(is_refused(texts, "160 are one"));
  std::string with_extension = of_length(160);
  with_extension.front() = '[';
  CHECK(is_refused(sms({{"en", with_extension}}, {{"en", "x"}}), "takes 161 characters"));
}

TEST_CASE("a text message in another alphabet is refused, and the letter named") {
  CHECK(is_refused(sms({{"es", "Ábralo: {link} {stop}"}}), "\"Á\""));
}

TEST_CASE("a template must have the link and the way to stop") {
  CHECK(is_refused(sms({{"en", "Come and see {stop}"}}), "{link} is missing"));
  CHECK(is_refused(sms({{"en", "Come and see {link}"}}), "{stop} is missing"));
  CHECK(is_refused(sms({{"en", "{link} {stop}"}}, {{"en", ""}}), "stop.en is empty"));
  CHECK(is_refused(sms({{"en", "{link} {stop}"}}, {{"en", "  "}}), "stop.en"));
}

TEST_CASE("no placeholder can carry what a message says") {
  for (const char* name : {"{text}", "{subject}", "{name}", "{body}", "{ link }", "{", "}", "{}"}) {
    CAPTURE(name);
    CHECK(is_refused(sms({{"en", std::string("{link} {stop} ") + name}}), "is no placeholder"));
  }
}

TEST_CASE("a language that is not built in needs its words") {
  CHECK(is_refused(sms({{"fr", "{organisation}: {link} {stop}"}}), "stop.fr is missing"));
  CHECK(sms({{"fr", "{organisation}: {link} {stop}"}}, {{"fr", "Pour arreter: le lien."}}));
  CHECK(is_refused(sms({{"f_r", "{link} {stop}"}}, {{"f_r", "x"}}), "is no language"));
}

TEST_CASE("the contact's language is found, then its first part, then English") {
  const Texts texts = *sms({{"es-MX", "MX {link} {stop}"}, {"en", "EN {link} {stop}"}});
  const auto begins = [&](std::string_view language, std::string_view start) {
    return texts.compose(language, "L").text.view().starts_with(start);
  };
  CHECK(begins("es-MX", "MX L"));
  CHECK(begins("ES-mx-x", "MX L"));
  CHECK(begins("es-AR", "mercy.example: tiene"));
  CHECK(begins("de", "EN L"));
  CHECK(begins("", "EN L"));
}

TEST_CASE("an e-mail may be long and in any script, its subject is a line without a link") {
  ChannelSettings settings;
  settings.templates = {{"en", std::string(500, 'a') + "\n{link}\n{stop}\nÁ☺"}};
  settings.subjects = {{"en", "From {organisation}"}};
  auto texts = Texts::make(settings, Channel::kEmail, kSender);
  REQUIRE(texts);
  CHECK(texts->compose("en", "L").subject == "From mercy.example");
  for (const char* subject : {"{link}", "{stop}", "a\nBcc: b@c.example", ""}) {
    CAPTURE(subject);
    settings.subjects = {{"en", subject}};
    const bool empty = *subject == '\0';
    texts = Texts::make(settings, Channel::kEmail, kSender);
    CHECK(texts.has_value() == false);
    CHECK((empty || !texts));
  }
}

TEST_CASE("an organisation's name with a line end or none is refused") {
  for (const char* name : {"", "Mercy\r\nBcc: b@c.example", " "}) {
    const auto texts = Texts::make({}, Channel::kEmail, {name, kSender.sample_link});
    CHECK(is_refused(texts, "organisation's name"));
  }
}
