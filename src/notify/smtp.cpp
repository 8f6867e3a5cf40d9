// Notices by mail: RFC 5321 over TLS, one message a notice, over one kept connection.
#include <fmt/format.h>

#include "notify/curl.hpp"
#include "notify/email.hpp"

namespace sealpost::notify {
namespace {

class Smtp final : public Carrier {
 public:
  Smtp(const ChannelSettings& settings, crypto::SecretBytes secret, std::string_view organisation,
       Seams seams)
      : settings_(settings),
        secret_(std::move(secret)),
        from_name_(settings.from_name.empty() ? organisation : settings.from_name),
        envelope_from_("<" + settings.from + ">"),
        seams_(seams),
        curl_(settings, seams.interrupt) {}

  base::Result<Attempt> carry(const Letter& letter) override {
    const SecretText mail = format_mail({settings_.from, from_name_, letter.address, letter.subject,
                                         letter.id, letter.text, seams_.clock.now()});
    const List recipients(curl_slist_append(nullptr, fmt::format("<{}>", letter.address).c_str()));
    curl_.begin("smtp,smtps");
    curl_.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    curl_.set(CURLOPT_MAIL_FROM, envelope_from_.c_str());
    curl_.set(CURLOPT_MAIL_RCPT, recipients.get());
    if (!settings_.user.empty()) curl_.log_in(settings_.user, secret_);
    curl_.upload(mail.view());
    return judge(curl_.perform(), letter);
  }

 private:
  base::Result<Attempt> judge(CURLcode code, const Letter& letter) const {
    if (code == CURLE_OK) return taken();
    if (code == CURLE_ABORTED_BY_CALLBACK) return interrupted();
    const int status = curl_.status();
    std::string reason = complaint(code);
    if (status >= 400 && !curl_.said().empty()) {
      reason = "the mail server says: " + without(curl_.said(), secret_of(letter.link));
    }
    // A reply decides, except of what was never asked of the server.
    if (status >= 500 && status < 600) return refused(std::move(reason));
    if (status >= 400 && status < 500) return may_pass(std::move(reason));
    return passes(code) ? may_pass(std::move(reason)) : refused(std::move(reason));
  }

  const ChannelSettings& settings_;
  crypto::SecretBytes secret_;
  std::string from_name_;
  std::string envelope_from_;
  Seams seams_;
  Curl curl_;
};

}  // namespace

base::Result<std::unique_ptr<Carrier>> make_smtp(const ChannelSettings& settings,
                                                 crypto::SecretBytes secret,
                                                 std::string_view organisation, Seams seams) {
  return std::unique_ptr<Carrier>(
      std::make_unique<Smtp>(settings, std::move(secret), organisation, seams));
}

}  // namespace sealpost::notify
