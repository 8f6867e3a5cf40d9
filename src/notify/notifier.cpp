#include "notify/notifier.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/retry.hpp"
#include "notify/address.hpp"
#include "notify/gsm.hpp"

namespace sealpost::notify {
namespace {

constexpr base::RetryBudget kBudget{base::milliseconds(10'000), 4};
constexpr base::milliseconds kNap{500};  // between looks at the interrupt

base::Result<std::unique_ptr<Carrier>> make_carrier(const ChannelSettings& settings,
                                                    const Sender& sender,
                                                    const ReadSecret& read_secret, Seams seams) {
  crypto::SecretBytes secret;
  if (!settings.secret.empty()) {
    TRY(secret, read_secret(settings.secret));
    if (secret.empty() || !is_header_text(secret.expose_text())) {
      return base::Error{base::Code::kMalformed, "the secret is empty or no printable ASCII", ""};
    }
  }
  switch (settings.via) {
    case Via::kSmtp:
      return make_smtp(settings, std::move(secret), sender.organisation, seams);
    case Via::kWebhook:
      return make_webhook(settings, std::move(secret), seams);
    case Via::kCommand:
      return make_command(settings, seams);
    case Via::kFile:
      return make_file(settings);
  }
  return base::Error{base::Code::kInternal, "unknown way", ""};
}

}  // namespace

bool is_address(Channel channel, std::string_view address) {
  return channel == Channel::kSms ? is_phone(address) : is_mailbox(address);
}

base::Result<Notifier::Way> Notifier::make_way(const ChannelSettings& settings, Channel channel,
                                               const Sender& sender, const ReadSecret& read_secret,
                                               Seams seams) {
  auto owned = std::make_unique<ChannelSettings>(settings);
  TRY(Texts texts, Texts::make(*owned, channel, sender));
  TRY(std::unique_ptr<Carrier> carrier, make_carrier(*owned, sender, read_secret, seams));
  return Way{std::move(owned), std::move(texts), std::move(carrier)};
}

base::Result<Notifier> Notifier::make(const Settings& settings, Sender sender,
                                      const ReadSecret& read_secret, Seams seams) {
  Notifier notifier(seams);
  if (!settings.organisation.empty()) sender.organisation = settings.organisation;
  for (const Channel channel : {Channel::kSms, Channel::kEmail}) {
    const auto& wanted = channel == Channel::kSms ? settings.sms : settings.email;
    if (!wanted) continue;
    auto made = make_way(*wanted, channel, sender, read_secret, seams);
    if (!made) {
      return base::with_context(std::move(made).error(),
                                fmt::format("{}{}", kPrefix, channel_name(channel)));
    }
    (channel == Channel::kSms ? notifier.sms_ : notifier.email_) = *std::move(made);
  }
  return notifier;
}

std::optional<Via> Notifier::via(Channel channel) const {
  if (!serves(channel)) return std::nullopt;
  return way(channel)->settings->via;
}

std::string Notifier::text_of(const Notice& notice) const {
  if (!serves(notice.channel)) return {};
  const Composed composed =
      way(notice.channel)->texts.compose(notice.language, notice.link.expose_text());
  return std::string(composed.text.view());
}

base::Result<void> Notifier::wait_for_turn(Way& way) {
  way.next = std::max(way.next, seams_.clock.steady());
  while (!seams_.interrupt.requested()) {
    const base::milliseconds left = way.next - seams_.clock.steady();
    if (left <= base::milliseconds(0)) {
      way.next += way.settings->interval;
      return {};
    }
    seams_.clock.sleep(std::min(left, kNap));
  }
  return interrupted();
}

base::Result<Outcome> Notifier::carry(Way& way, const Letter& letter) {
  base::Retry retry(seams_.clock, seams_.interrupt, kBudget);
  for (;;) {
    TRY(Attempt attempt, way.carrier->carry(letter));
    if (attempt.outcome.may_pass && retry.again(attempt.retry_after)) continue;
    if (attempt.outcome.may_pass && seams_.interrupt.requested()) return interrupted();
    return attempt.outcome;
  }
}

base::Result<Outcome> Notifier::send(const Notice& notice) {
  std::optional<Way>& way = notice.channel == Channel::kSms ? sms_ : email_;
  if (!way) {
    return base::Error{
        base::Code::kNotFound,
        fmt::format("notices by {} are not configured", channel_name(notice.channel)),
        "see sealpost-config(5), NOTICES"};
  }
  if (!is_address(notice.channel, notice.address)) {
    return Outcome{false, false,
                   notice.channel == Channel::kSms
                       ? "the address is no telephone number"
                       : "the address is none that mail can be sent to"};
  }
  const Composed composed = way->texts.compose(notice.language, notice.link.expose_text());
  const std::string_view text = composed.text.view();
  if (notice.channel == Channel::kSms &&
      gsm_septets(text).value_or(kSmsSeptets + 1) > kSmsSeptets) {
    return Outcome{false, false, "with this link the text is longer than one text message"};
  }
  TRY(wait_for_turn(*way));
  return carry(*way, {notice.id, notice.channel, notice.address, notice.language, composed.subject,
                      text, notice.link.expose_text()});
}

}  // namespace sealpost::notify
