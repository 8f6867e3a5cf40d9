// Notices on their way to contacts, as the configuration says. sealpost-notify(1),
// sealpost-config(5), NOTICES.
//
//   TRY(Notifier notifier, Notifier::make(settings, sender, read_secret, seams));
//   TRY(const Outcome outcome, notifier.send(notice));
//
// Made for thousands of notices: connections are kept, and the rate holds over all that one
// Notifier sends. One thread. What is refused for good fails at once; what may pass is tried four
// times within ten seconds.
#pragma once

#include <functional>
#include <memory>

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

 private:
  struct Way {
    std::unique_ptr<ChannelSettings> settings;  // the carrier borrows them
    Texts texts;
    std::unique_ptr<Carrier> carrier;
    base::milliseconds next{0};  // when the next notice may go
  };

  explicit Notifier(Seams seams) : seams_(seams) {}
  static base::Result<Way> make_way(const ChannelSettings& settings, Channel channel,
                                    const Sender& sender, const ReadSecret& read_secret,
                                    Seams seams);
  base::Result<void> wait_for_turn(Way& way);
  base::Result<Outcome> carry(Way& way, const Letter& letter);
  const std::optional<Way>& way(Channel channel) const {
    return channel == Channel::kSms ? sms_ : email_;
  }

  Seams seams_;
  std::optional<Way> sms_;
  std::optional<Way> email_;
};

}  // namespace sealpost::notify
