// How commands tell of notices to contacts. Pure.
#pragma once

#include "flow/send.hpp"
#include "text/ordered_json.hpp"

namespace sealpost::cmd {

inline bool notice_failed(const flow::Sent& sent) {
  return sent.link && sent.link->notice.stage == flow::NoticeState::Stage::kFailed;
}

// Members notice and, for one that failed, notice-reason.
inline void add_notice(const flow::NoticeState& notice, text::OrderedJson& document) {
  document["notice"] = flow::notice_stage_name(notice.stage);
  if (!notice.reason.empty()) document["notice-reason"] = notice.reason;
}

}  // namespace sealpost::cmd
