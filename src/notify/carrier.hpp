// One way on which notices travel. Internal to notify. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/seams.hpp"
#include "notify/settings.hpp"

namespace sealpost::notify {

// A notice that is written; addresses have been checked. Borrows.
struct Letter {
  std::string_view id;
  Channel channel;
  std::string_view address;
  std::string_view language;
  std::string_view subject;
  std::string_view text;
  std::string_view link;
};

struct Attempt {
  Outcome outcome;
  std::optional<std::uint64_t> retry_after = {};  // seconds
};

struct Seams {
  base::Clock& clock;
  const base::Interrupt& interrupt;
};

class Carrier {
 public:
  virtual ~Carrier() = default;
  // One try. kInterrupted, and nothing else.
  virtual base::Result<Attempt> carry(const Letter& letter) = 0;
};

// `settings` outlive the carrier. kMalformed, naming the key, for what cannot work.
base::Result<std::unique_ptr<Carrier>> make_smtp(const ChannelSettings& settings,
                                                 crypto::SecretBytes secret,
                                                 std::string_view organisation, Seams seams);
base::Result<std::unique_ptr<Carrier>> make_webhook(const ChannelSettings& settings,
                                                    crypto::SecretBytes secret, Seams seams);
base::Result<std::unique_ptr<Carrier>> make_command(const ChannelSettings& settings, Seams seams);
std::unique_ptr<Carrier> make_file(const ChannelSettings& settings);

inline Attempt taken() { return {{true, false, ""}, {}}; }
inline Attempt refused(std::string reason) { return {{false, false, std::move(reason)}, {}}; }
inline Attempt may_pass(std::string reason) { return {{false, true, std::move(reason)}, {}}; }
inline base::Error interrupted() { return {base::Code::kInterrupted, "interrupted", ""}; }

}  // namespace sealpost::notify
