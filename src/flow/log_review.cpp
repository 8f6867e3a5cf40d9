#include "flow/log_review.hpp"

#include "base/encoding.hpp"
#include "flow/log_query.hpp"
#include "flow/record_codec.hpp"
#include "flow/visit.hpp"
#include "trust/audit_statements.hpp"

namespace sealpost::flow {
namespace {

using base::Code;
using base::Error;
using base::Result;
using vault::Kind;

constexpr std::string_view kOpen = "open";
constexpr std::size_t kMaxNote = 16 << 10;
constexpr std::chrono::hours kWeek{7 * 24};

Error none_open() {
  return {Code::kConflict, "no review is open", "begin one with `sealpost audit review start`"};
}

crypto::SecretBytes encode(const LogReview& review) {
  return pack({{"from", review.from},
               {"to", review.to},
               {"began", millis(review.began)},
               {"refused", review.refused},
               {"failed", review.failed},
               {"notes", review.notes},
               {"statement", review.statement},
               {"done", review.done}});
}

Result<LogReview> decode(base::ByteView bytes) {
  return unpack<LogReview>(bytes, [](const text::Json& json, LogReview& out) -> Result<void> {
    TRY(out.from, text::number_at(json, "from"));
    TRY(out.to, text::number_at(json, "to"));
    TRY(out.began, time_at(json, "began"));
    TRY(out.refused, text::number_at(json, "refused"));
    TRY(out.failed, text::number_at(json, "failed"));
    TRY(const text::Json* notes, text::array_at(json, "notes"));
    for (const text::Json& note : *notes) {
      if (!note.is_string()) return Error{Code::kMalformed, "a note", ""};
      out.notes.push_back(note.get<std::string>());
    }
    TRY(out.statement, text::string_at(json, "statement"));
    TRY(out.done, text::bool_at(json, "done"));
    return {};
  });
}

Result<void> keep_open(vault::Vault& vault, const LogReview& review) {
  return vault.put(Kind::kAuditReview, kOpen, encode(review).expose());
}

crypto::Digest hash_of(const std::vector<std::string>& notes) {
  crypto::Sha256 hash;
  for (const std::string& note : notes) {
    base::Bytes length;
    base::append_be(length, note.size(), 8);
    hash.update(length);
    hash.update(base::as_bytes(note));
  }
  return hash.finish();
}

struct Begin {
  audit::Filter filter;
  std::optional<std::uint64_t> from;  // known already
};

Result<Begin> begin_of(const Installation& installation, std::optional<base::Time> since,
                       base::Time now) {
  Begin out;
  out.filter.since = since;
  if (since) return out;
  TRY(const std::vector<LogReview> before, signed_reviews(installation));
  if (before.empty()) {
    out.filter.since = now - kWeek;
    return out;
  }
  out.from = before.back().to;
  if (*out.from > 0) out.filter.after = *out.from - 1;
  return out;
}

// What the log says of a review with this statement by this device already.
Result<bool> is_recorded(Installation& installation, const LogReview& review, Context& context) {
  const std::string hash = base::to_hex(crypto::sha256(base::as_bytes(review.statement)));
  audit::Filter filter;
  filter.event = "audit.review";
  filter.actor = installation.name().str();
  if (review.to > 0) filter.after = review.to - 1;
  bool found = false;
  TRY(query_log(installation, filter, std::nullopt, context, [&](const LoggedEvent& logged) {
    const auto at = logged.event.details.find("statement");
    found = found || (at != logged.event.details.end() && at->second == hash);
    return Result<void>();
  }));
  return found;
}

Result<std::string> statement_of(const Installation& installation, const LogReview& review,
                                 base::Time now) {
  const trust::Review value{installation.name().str(),
                            review.from,
                            review.to,
                            review.refused,
                            review.failed,
                            review.notes.size(),
                            hash_of(review.notes),
                            installation.log_view(),
                            installation.chain().view(),
                            now};
  TRY(const std::string text, trust::format(value));
  return note::sign(text, installation.signer());
}

}  // namespace

Result<std::optional<LogReview>> open_review(const Installation& installation) {
  TRY(const auto row, installation.vault().find(Kind::kAuditReview, kOpen));
  if (!row) return std::optional<LogReview>();
  TRY(LogReview review, decode(row->value.expose()));
  return std::optional(std::move(review));
}

Result<std::vector<LogReview>> signed_reviews(const Installation& installation) {
  std::vector<LogReview> out;
  TRY(installation.vault().each(Kind::kAuditReview, 0, [&](const vault::Row& row) -> Result<bool> {
    TRY(LogReview review, decode(row.value.expose()));
    if (review.done) out.push_back(std::move(review));
    return true;
  }));
  return out;
}

Result<LogReview> begin_review(Installation& installation, std::optional<base::Time> since,
                               Context& context) {
  TRY(const auto open, open_review(installation));
  if (open && !since) return *open;
  if (open) {
    return Error{Code::kConflict, "a review is open already", "sign it first"};
  }
  const base::Time now = context.clock.now();
  TRY(const Begin begin, begin_of(installation, since, now));
  LogReview review;
  review.began = now;
  std::optional<std::uint64_t> first;
  TRY(query_log(installation, begin.filter, std::nullopt, context, [&](const LoggedEvent& logged) {
    if (!first) first = logged.index;
    review.to = logged.index + 1;
    review.refused += logged.event.outcome == audit::Outcome::kRefused ? 1 : 0;
    review.failed += logged.event.outcome == audit::Outcome::kFailed ? 1 : 0;
    return Result<void>();
  }));
  review.from = begin.from.value_or(first.value_or(0));
  review.to = std::max(review.to, review.from);
  TRY(keep_open(installation.vault(), review));
  return review;
}

Result<LogReview> note_in_review(Installation& installation, std::string note) {
  TRY(auto open, open_review(installation));
  if (!open) return none_open();
  if (!open->statement.empty()) {
    return Error{Code::kConflict, "the review is signed, and not known to be recorded",
                 "repeat `sealpost audit review sign`"};
  }
  if (note.empty() || note.size() > kMaxNote) {
    return Error{Code::kUsage, "a note has 1 to 16384 bytes", ""};
  }
  open->notes.push_back(std::move(note));
  TRY(keep_open(installation.vault(), *open));
  return *std::move(open);
}

// The statement is kept before it is handed in, so that a second try hands in the same one.
Result<LogReview> sign_review(Installation& installation, Context& context) {
  TRY(auto open, open_review(installation));
  if (!open) return none_open();
  TRY(client::RelayClient relay, visit(installation, context));
  bool recorded = false;
  if (open->statement.empty()) {
    TRY(open->statement, statement_of(installation, *open, context.clock.now()));
    TRY(keep_open(installation.vault(), *open));
  } else {
    TRY(recorded, is_recorded(installation, *open, context));
  }
  if (!recorded) TRY(relay.record_review({open->statement}));
  open->done = true;
  vault::Vault& vault = installation.vault();
  TRY(vault.transaction([&]() -> Result<void> {
    TRY(const vault::Row row, vault.get(Kind::kAuditReview, kOpen));
    TRY(vault.erase(Kind::kAuditReview, row.id));
    const std::string name = base::to_hex(crypto::sha256(base::as_bytes(open->statement)));
    return vault.put(Kind::kAuditReview, name, encode(*open).expose());
  }));
  return *std::move(open);
}

}  // namespace sealpost::flow
