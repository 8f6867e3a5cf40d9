#include "cmd/notices.hpp"

#include <fmt/format.h>

#include "flow/notices.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

std::string sentence(const flow::Notice& notice) {
  if (notice.event == "device-joined") {
    return fmt::format(
        "notice: {} is a new device of yours, invited by {}. If you do not know it: sealpost "
        "device revoke {}",
        notice.device, notice.inviter, notice.device);
  }
  if (notice.event == "device-key-changed") {
    return fmt::format(
        "notice: {}, a device of yours, has a new key. If that was not you: "
        "sealpost device revoke {}",
        notice.device, notice.device);
  }
  return fmt::format("notice: {}, a device of yours, has renewed its certificate", notice.device);
}

text::OrderedJson json_of(const flow::Notice& notice) {
  return {{"type", "notice"},        {"event", notice.event},
          {"device", notice.device}, {"invited_by", notice.inviter},
          {"entry", notice.entry},   {"at", text::format_time(notice.at)}};
}

}  // namespace

// What cannot be read or noted now is told by the next verb.
Announcer::~Announcer() {
  const auto notices = flow::waiting_notices(vault_);
  if (!notices || notices->empty()) return;
  for (const flow::Notice& notice : *notices) env_.out.warn(json_of(notice), sentence(notice));
  static_cast<void>(flow::notices_shown(vault_, *notices).has_value());
}

}  // namespace sealpost::cmd
