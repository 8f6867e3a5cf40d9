#include "notify/notifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

#include "base/retry.hpp"
#include "notify/address.hpp"
#include "notify/gsm.hpp"

namespace sealpost::notify {
namespace {

constexpr base::RetryBudget kBudget{base::milliseconds(10'000), 4};
constexpr std::uint64_t kLongestPause = 10;  // seconds, as the budget
constexpr base::milliseconds kNap{500};      // between looks at the interrupt

base::Result<crypto::SecretBytes> secret_of(const ChannelSettings& settings,
                                            const ReadSecret& read_secret) {
  if (settings.secret.empty()) return crypto::SecretBytes();
  TRY(crypto::SecretBytes secret, read_secret(settings.secret));
  if (!secret.empty() && is_header_text(secret.expose_text())) return secret;
  return base::Error{base::Code::kMalformed, "the secret is empty or no printable ASCII", ""};
}

base::Result<std::unique_ptr<Carrier>> make_carrier(const ChannelSettings& settings,
                                                    const Sender& sender,
                                                    crypto::SecretBytes secret, Seams seams) {
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

// Outcomes on their way from the threads that have them to the one that waits for them.
class Landing {
 public:
  using Landed = std::pair<std::size_t, base::Result<Outcome>>;

  void put(std::size_t at, base::Result<Outcome> outcome) {
    {
      const std::lock_guard lock(mutex_);
      landed_.emplace_back(at, std::move(outcome));
    }
    changed_.notify_one();
  }
  Landed take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !landed_.empty(); });
    Landed out = std::move(landed_.front());
    landed_.pop_front();
    return out;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Landed> landed_;
};

// Work that several threads take from, until it is done or called off.
struct Pile {
  std::vector<std::size_t> places;
  std::atomic<std::size_t> next = 0;
  std::optional<std::size_t> take() {
    const std::size_t at = next++;
    return at < places.size() ? std::optional(places[at]) : std::nullopt;
  }
  void call_off() { next = places.size(); }
};

// Joined when it goes, however that comes.
struct Crew {
  std::vector<std::thread> threads;
  ~Crew() {
    for (std::thread& thread : threads) thread.join();
  }
};

}  // namespace

bool is_address(Channel channel, std::string_view address) {
  return channel == Channel::kSms ? is_phone(address) : is_mailbox(address);
}

base::Result<Notifier::Way> Notifier::make_way(const ChannelSettings& settings, Channel channel,
                                               const Sender& sender, const ReadSecret& read_secret,
                                               Seams seams) {
  auto owned = std::make_unique<ChannelSettings>(settings);
  TRY(Texts texts, Texts::make(*owned, channel, sender));
  TRY(const crypto::SecretBytes secret, secret_of(*owned, read_secret));
  std::vector<std::unique_ptr<Carrier>> carriers;
  while (carriers.size() < owned->connections) {
    TRY(carriers.emplace_back(), make_carrier(*owned, sender, secret.clone(), seams));
  }
  return Way{std::move(owned), std::move(texts), std::move(carriers), std::make_unique<Turn>()};
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
  while (!seams_.interrupt.requested()) {
    base::milliseconds left{0};
    {
      const std::lock_guard lock(way.turn->mutex);
      const base::milliseconds now = seams_.clock.steady();
      left = way.turn->next - now;
      if (left <= base::milliseconds(0)) {
        way.turn->next = now + way.settings->interval;
        return {};
      }
    }
    seams_.clock.sleep(std::min(left, kNap));
  }
  return interrupted();
}

void Notifier::hold_all(Way& way, base::milliseconds span) {
  const std::lock_guard lock(way.turn->mutex);
  way.turn->next = std::max(way.turn->next, seams_.clock.steady() + span);
}

base::Result<Outcome> Notifier::carry(Way& way, Carrier& carrier, const Letter& letter) {
  base::Retry retry(seams_.clock, seams_.interrupt, kBudget);
  for (;;) {
    TRY(Attempt attempt, carrier.carry(letter));
    // Whoever asks one connection for a pause means all of them; what is too long for this notice
    // to wait is so for the next one, which finds out for itself.
    if (attempt.retry_after && *attempt.retry_after <= kLongestPause) {
      hold_all(way, std::chrono::seconds(*attempt.retry_after));
    }
    if (attempt.outcome.may_pass && retry.again(attempt.retry_after)) continue;
    if (attempt.outcome.may_pass && seams_.interrupt.requested()) return interrupted();
    return attempt.outcome;
  }
}

base::Result<Outcome> Notifier::send(const Notice& notice) { return send_over(0, notice); }

base::Result<Outcome> Notifier::send_over(std::size_t connection, const Notice& notice) {
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
  return carry(*way, *way->carriers[connection],
               {notice.id, notice.channel, notice.address, notice.language, composed.subject, text,
                notice.link.expose_text()});
}

std::size_t Notifier::connections_for(Channel channel) const {
  return serves(channel) ? way(channel)->carriers.size() : 1;
}

base::Result<void> Notifier::send_all(std::span<const Notice> notices, const Told& told) {
  Landing landing;
  std::array<Pile, 2> piles;  // by channel
  for (std::size_t i = 0; i < notices.size(); ++i) {
    piles.at(notices[i].channel == Channel::kSms ? 0 : 1).places.push_back(i);
  }
  Crew crew;
  for (Pile& pile : piles) {
    if (pile.places.empty()) continue;
    const std::size_t most = connections_for(notices[pile.places.front()].channel);
    for (std::size_t n = 0; n < std::min(most, pile.places.size()); ++n) {
      crew.threads.emplace_back([this, &pile, &landing, notices, n] {
        while (const auto at = pile.take()) landing.put(*at, send_over(n, notices[*at]));
      });
    }
  }
  for (std::size_t done = 0; done < notices.size(); ++done) {
    auto [at, outcome] = landing.take();
    if (auto taken = told(at, std::move(outcome)); !taken) {
      for (Pile& pile : piles) pile.call_off();
      return taken;
    }
  }
  return {};
}

}  // namespace sealpost::notify
