// Where the notice of a link to a contact stands. A value.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::flow {

struct NoticeState {
  enum class Stage { kNone, kWaiting, kSent, kFailed };  // failed ones wait, too, while they may
  Stage stage = Stage::kNone;
  std::string reason;                      // of a failure
  base::Code code = base::Code::kPartial;  // what a command ends with for it; not stored
};

// It is intended and was not taken.
inline bool is_open(const NoticeState& notice) {
  return notice.stage == NoticeState::Stage::kWaiting ||
         notice.stage == NoticeState::Stage::kFailed;
}

constexpr std::string_view notice_stage_name(NoticeState::Stage stage) {
  switch (stage) {
    case NoticeState::Stage::kNone:
      return "none";
    case NoticeState::Stage::kWaiting:
      return "waiting";
    case NoticeState::Stage::kSent:
      return "sent";
    case NoticeState::Stage::kFailed:
      return "failed";
  }
  return "none";
}

}  // namespace sealpost::flow
