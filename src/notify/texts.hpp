// What notices of one channel say, in every language that there is. sealpost-notify(1), Templates.
// Thread-safe once made.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "notify/filling.hpp"
#include "notify/settings.hpp"

namespace sealpost::notify {

// Who sends, and what links look like.
struct Sender {
  std::string organisation;
  std::string sample_link;  // as long as all of them
};

struct Composed {
  std::string subject;  // e-mail
  SecretText text;
};

class Texts {
 public:
  // kMalformed for a template without {link} or {stop}, or with anything else in braces; for a
  // language out of form, or that lacks stop.LANG; and for a text message that is too long or needs
  // another alphabet.
  static base::Result<Texts> make(const ChannelSettings& settings, Channel channel,
                                  const Sender& sender);
  Composed compose(std::string_view language, std::string_view link) const;

 private:
  struct Language {
    Filling text;
    Filling subject;
    std::string stop;
  };
  Composed compose(const Language& words, std::string_view link) const;
  base::Result<void> check(const std::string& tag, Channel channel,
                           const std::string& sample) const;

  std::string organisation_;
  std::map<std::string, Language> languages_;  // lower case
};

}  // namespace sealpost::notify
