// Notices on their way to contacts, as the configuration says. sealpost-notify(1),
// sealpost-config(5), NOTICES.
//
//   TRY(Notifier notifier, Notifier::make(settings, sender, read_secret, seams));
//   TRY(const Outcome outcome, notifier.send(notice));
//
// Made for thousands of notices: connections are kept, as many as the settings say, and the rate
// holds over all that one Notifier sends. Belongs to one thread. What is refused for good fails at
// once; what may pass is tried four times within ten seconds.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "notify/carrier.hpp"
#include "notify/texts.hpp"

namespace sealpost::notify {

// How a password is read, once, when the Notifier is made.
using ReadSecret = std::function<base::Result<crypto::SecretBytes>(const SecretSource&)>;

// Whether notices of the channel can go there at all.
bool is_address(Channel channel, std::string_view address);

class Notifier {
 public:
  // `sender.organisation` counts unless the settings give another name. kMalformed, naming channel
  // and key, for what cannot work; or what `read_secret` fails with.
  static base::Result<Notifier> make(const Settings& settings, Sender sender,
                                     const ReadSecret& read_secret, Seams seams);

  // The ways that are configured.
  bool serves(Channel channel) const { return way(channel).has_value(); }
  std::optional<Via> via(Channel channel) const;

  // What a notice says; harmless in a test, in others it has the link. Empty without its channel.
  std::string text_of(const Notice& notice) const;
  // Waits for its turn, and sends. kInterrupted, after which the notice may have been sent or not;
  // kNotFound when the channel is not configured. Everything else is an outcome.
  base::Result<Outcome> send(const Notice& notice);

  // Told of each notice by its place, in any order, on the caller's thread: as send().
  using Told = std::function<base::Result<void>(std::size_t at, base::Result<Outcome> outcome)>;
  // Several at once, over all connections. When `told` fails, what has not begun stays unsent and
  // untold, and this fails with the same.
  base::Result<void> send_all(std::span<const Notice> notices, const Told& told);

 private:
  // When the next notice may go, for all connections of a way.
  struct Turn {
    std::mutex mutex;
    base::milliseconds next{0};
  };
  struct Way {
    std::unique_ptr<ChannelSettings> settings;  // the carriers borrow them
    Texts texts;
    std::vector<std::unique_ptr<Carrier>> carriers;  // one for each connection; one thread each
    std::unique_ptr<Turn> turn;
  };

  explicit Notifier(Seams seams) : seams_(seams) {}
  static base::Result<Way> make_way(const ChannelSettings& settings, Channel channel,
                                    const Sender& sender, const ReadSecret& read_secret,
                                    Seams seams);
  base::Result<Outcome> send_over(std::size_t connection, const Notice& notice);
  base::Result<void> wait_for_turn(Way& way);
  base::Result<Outcome> carry(Way& way, Carrier& carrier, const Letter& letter);
  void hold_all(Way& way, base::milliseconds span);
  std::size_t connections_for(Channel channel) const;
  const std::optional<Way>& way(Channel channel) const {
    return channel == Channel::kSms ? sms_ : email_;
  }

  Seams seams_;
  std::optional<Way> sms_;
  std::optional<Way> email_;
};

}  // namespace sealpost::notify
