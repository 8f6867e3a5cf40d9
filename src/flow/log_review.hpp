// The regular look through the audit log (45 CFR 164.308(a)(1)(ii)(D)): begun, written about, and
// signed, which the log records. What the notes say stays in this vault; the log has their hash.
// sealpost-audit(1), review. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

struct LogReview {
  std::uint64_t from = 0;  // index of the first event
  std::uint64_t to = 0;    // behind the last one
  base::Time began;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  std::vector<std::string> notes;
  std::string statement;  // signed; empty before
  bool done = false;      // and recorded
};

// The one that is open; nothing when there is none.
base::Result<std::optional<LogReview>> open_review(const Installation& installation);
// Those that were signed, oldest first.
base::Result<std::vector<LogReview>> signed_reviews(const Installation& installation);

// Looks at every event since the last signed review ended, or since `since`, or of the last week
// when there was none, up to what there is now. The one that is open is given back as it is;
// kConflict when it begins elsewhere than `since` asks. kDenied.
base::Result<LogReview> begin_review(Installation& installation, std::optional<base::Time> since,
                                     Context& context);
// kConflict when none is open.
base::Result<LogReview> note_in_review(Installation& installation, std::string note);
// Signs it and has it recorded. Safe to repeat: what the log has is not recorded again. kConflict
// when none is open.
base::Result<LogReview> sign_review(Installation& installation, Context& context);

}  // namespace sealpost::flow
