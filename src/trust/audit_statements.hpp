// What auditors sign: that a file is an export of the log, and what a look through it has found.
// sealpost-note(5), STATEMENT OF EXPORT and STATEMENT OF REVIEW. They are no part of the trust
// chain, but only the chain says who may give them. Pure, thread-safe.
//
// format() and the parsers as in trust/statements.hpp: one spelling, kMalformed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trust/chain.hpp"

namespace sealpost::trust {

// "This file holds these events of this log."
struct Export {
  crypto::Digest sha256{};  // of the file
  std::uint64_t size = 0;   // bytes
  std::string format;
  std::uint64_t count = 0;             // events
  std::optional<std::uint64_t> first;  // index; nothing when there are none
  std::optional<std::uint64_t> last;
  std::string filter;      // as a URL query; may be empty
  std::string checkpoint;  // the signed note, verbatim
  std::string by;          // device; may be empty
  base::Time at;
};

// "I have looked at these events."
struct Review {
  std::string by;          // device
  std::uint64_t from = 0;  // index of the first event
  std::uint64_t to = 0;    // behind the last one
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  std::uint64_t notes = 0;
  crypto::Digest notes_sha256{};  // of the notes, each behind its length
  note::View log;
  note::View trust;
  base::Time at;
};

base::Result<std::string> format(const Export& value);
base::Result<std::string> format(const Review& value);
base::Result<Export> parse_export(std::string_view text);
base::Result<Review> parse_review(std::string_view text);

// That the device `by`, alone, signed the note with a key that the chain has for it, now or before,
// and may read the log or might when it was revoked. kVerificationFailed, kDenied.
base::Result<void> verify_auditor(const Chain& chain, const note::Note& signed_note,
                                  std::string_view by);

}  // namespace sealpost::trust
