// A notice: what tells a contact that there is a link. sealpost-notify(1). Values.
#pragma once

#include <string>
#include <string_view>

#include "crypto/secret.hpp"

namespace sealpost::notify {

enum class Channel { kSms, kEmail };

constexpr std::string_view channel_name(Channel channel) {
  return channel == Channel::kSms ? "sms" : "email";
}

struct Notice {
  std::string id;  // the same each time it is sent: letters, digits and dashes
  Channel channel = Channel::kSms;
  std::string address;       // +15550100, or an e-mail address
  std::string language;      // es-MX; may be empty
  crypto::SecretBytes link;  // the web address, which opens the message
};

// What became of one notice. Words of the other side are harmless for a terminal.
struct Outcome {
  bool sent = false;
  bool may_pass = false;  // a failure that another try may mend
  std::string reason;     // of a failure
};

}  // namespace sealpost::notify
