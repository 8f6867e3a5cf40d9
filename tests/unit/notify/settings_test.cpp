#include "notify/settings.hpp"

#include <doctest/doctest.h>

using namespace sealpost;
using namespace sealpost::notify;

namespace {

using Values = std::map<std::string, std::string>;

const Values kWebhook{{"notify.sms.via", "webhook"},
                      {"notify.sms.url", "https://gateway.example/send"},
                      {"notify.sms.body", "{}"}};
const Values kSmtp{{"notify.email.via", "smtp"},
                   {"notify.email.url", "smtp://mail.example:587"},
                   {"notify.email.from", "no-reply@mercy.example"}};

Values with(Values values, const std::string& key, const std::string& value) {
  values[key] = value;
  return values;
}

bool is_refused(const Values& values, std::string_view why) {
  const auto settings = parse_settings(values);
  return !settings && settings.error().code == base::Code::kMalformed &&
         settings.error().text.find(why) != std::string::npos;
}

}  // namespace

TEST_CASE("nothing configured is no channel") {
  const Settings settings = *parse_settings({});
  CHECK_FALSE(settings.sms);
  CHECK_FALSE(settings.email);
}

TEST_CASE("each way has its keys, and no other") {
  CHECK(parse_settings(kWebhook));
  CHECK(parse_settings(kSmtp));
  CHECK(parse_settings({{"notify.sms.via", "command"}, {"notify.sms.command", "/bin/true"}}));
  CHECK(is_refused(with(kWebhook, "notify.sms.command", "x"), "notify.sms: command is no key"));
  CHECK(is_refused(with(kSmtp, "notify.email.body", "x"), "notify.email: body is no key"));
  CHECK(is_refused(with(kWebhook, "notify.sms.colour", "x"), "colour is no key"));
  CHECK(is_refused(with(kWebhook, "notify.sms.via", "smtp"), "via is no"));
  CHECK(is_refused({{"notify.sms.url", "https://a.example"}}, "via is missing"));
  CHECK(is_refused({{"notify.sms.via", "command"}}, "command is missing"));
  CHECK(is_refused({{"notify.email.via", "smtp"}}, "url is missing"));
  CHECK(is_refused(with(kWebhook, "notify.sms.subject.en", "x"), "no subject"));
}

TEST_CASE("what is sent travels under TLS, and no address holds a password") {
  for (const char* url : {"http://gateway.example/send", "ftp://gateway.example/", "gateway", "",
                          "https://user:pass@gateway.example/", "https://user@gateway.example/"}) {
    CAPTURE(url);
    CHECK_FALSE(parse_settings(with(kWebhook, "notify.sms.url", url)));
  }
  CHECK(parse_settings(with(kWebhook, "notify.sms.url", "http://127.0.0.1:8080/send")));
  for (const char* url : {"https://mail.example", "smtp://mail.example/path", "mail.example:25",
                          "smtp://user:pass@mail.example"}) {
    CAPTURE(url);
    CHECK_FALSE(parse_settings(with(kSmtp, "notify.email.url", url)));
  }
  CHECK(parse_settings(with(kSmtp, "notify.email.url", "smtps://mail.example")));
}

TEST_CASE("secrets stand in files or come from commands, one of them") {
  const std::string header = "notify.sms.header.Authorization";
  CHECK(is_refused(with(kWebhook, header, "Bearer 12345"), "has no {secret}"));
  CHECK(is_refused(with(kWebhook, "notify.sms.header.authorization", "x"), "has no {secret}"));
  CHECK(parse_settings(with(kWebhook, header, "Bearer {secret}")));
  CHECK(is_refused(with(kWebhook, "notify.sms.user", "u"), "without secret-file"));
  const Values both =
      with(with(kSmtp, "notify.email.secret-file", "f"), "notify.email.secret-command", "c");
  CHECK(is_refused(both, "both secret-file and secret-command"));
  CHECK(is_refused(with(kSmtp, "notify.email.secret-file", "f"), "a secret without a user"));
}

TEST_CASE("headers and names cannot bring lines of their own") {
  CHECK(is_refused(with(kWebhook, "notify.sms.header.X-A", "a\r\nX-B: c"), "header.X-A"));
  CHECK(is_refused(with(kWebhook, "notify.sms.header.X A", "a"), "out of form"));
  CHECK(is_refused(with(kWebhook, "notify.sms.idempotency-header", "X\nY"), "out of form"));
  CHECK(is_refused(with(kSmtp, "notify.email.from", "a@b.example\r\nX: y"), "from is no"));
  CHECK(is_refused(with(kSmtp, "notify.email.from-name", "a\r\nX: y"), "from-name"));
}

TEST_CASE("rates and statuses have a form") {
  const auto interval = [](const std::string& rate) {
    const auto settings = parse_settings(with(kSmtp, "notify.email.rate", rate));
    return settings ? settings->email->interval.count() : -1;
  };
  CHECK(interval("10/s") == 100);
  CHECK(interval("100/m") == 600);
  CHECK(interval("1000/h") == 3600);
  for (const char* bad : {"10", "0/s", "-1/s", "1.5/s", "x/s", "/s", "10/d"})
    CHECK(interval(bad) == -1);
  const auto settings = parse_settings(with(kWebhook, "notify.sms.expect-status", "200,202"));
  CHECK(settings->sms->expected == std::set<int>{200, 202});
  for (const char* bad : {"abc", "100", "600", "200,"}) {
    CHECK(is_refused(with(kWebhook, "notify.sms.expect-status", bad), "expect-status"));
  }
}

TEST_CASE("servers take several notices at once, a program one, unless it is said otherwise") {
  const Values command{{"notify.sms.via", "command"}, {"notify.sms.command", "/bin/true"}};
  CHECK(parse_settings(kWebhook)->sms->connections == 4);
  CHECK(parse_settings(kSmtp)->email->connections == 4);
  CHECK(parse_settings(command)->sms->connections == 1);
  CHECK(parse_settings(with(command, "notify.sms.connections", "32"))->sms->connections == 32);
  for (const char* wrong : {"0", "33", "-1", "many", "1.5"}) {
    CAPTURE(wrong);
    CHECK(is_refused(with(kWebhook, "notify.sms.connections", wrong), "connections is a number"));
  }
}
