// What auditors did with the log: that they handed events on, and that they looked. The relay takes
// the device's word for both; that it did so at all is what the record is for.
#include <algorithm>

#include "base/encoding.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/unit.hpp"
#include "text/safety.hpp"
#include "trust/audit_statements.hpp"
#include "wire/audit.hpp"

namespace sealpost::relay {
namespace {

using base::Code;
using base::Error;

Change recorded(const Request& request, audit::Event event) {
  return told_first(request, std::move(event), [] { return base::Result<Reply>(Reply{}); });
}

// A device whose connection broke brings the same again: what is remembered of requests knows it
// for as long as that may take. Later the device looks into the log first.
Change recorded_once(const Request& request, audit::Event event, base::Time at) {
  const std::string statement = event.details.at("statement");
  const Change record = recorded(request, std::move(event));
  return [record, statement, at](Unit& unit) -> base::Result<Written> {
    TRY(Written written, record(unit));
    TRY(const bool news, unit.store.remember_nonce("review", statement, at));
    if (news) return written;
    return Written{std::move(written.reply), Record::repeat()};
  };
}

// By who brings it, with the present key, of no more of the log than there is.
base::Result<trust::Review> check_review(const Engine& engine, const Request& request,
                                         const std::string& statement) {
  TRY(const note::Note signed_note, note::parse(statement));
  TRY(trust::Review review, trust::parse_review(signed_note.text));
  if (review.by != request.caller.name) {
    return Error{Code::kDenied, "a review is brought by the device that signed it", ""};
  }
  TRY(engine.directory.read([&](const trust::Chain& chain) {
    return trust::verify_auditor(chain, signed_note, review.by);
  }));
  if (review.to > engine.checkpoints.latest().checkpoint.size) {
    return Error{Code::kMalformed, "a review of more events than there are", ""};
  }
  return review;
}

}  // namespace

base::Result<Outcome> post_audit_export(Request& request, Engine&) {
  TRY(const wire::AuditExport exported, wire::parse_audit_export(request.body));
  audit::Event event = event_of(request, "audit.export", {});
  event.details["sha256"] = base::to_hex(exported.sha256);
  event.details["format"] = exported.format;
  event.details["count"] = std::to_string(exported.count);
  if (!exported.filter.empty()) event.details["filter"] = exported.filter;
  TRY(audit::to_leaf(event));  // what could not be recorded is malformed
  TRY(Change change, once(request, exported.id, recorded(request, std::move(event))));
  return Outcome(std::move(change));
}

base::Result<Outcome> post_audit_review(Request& request, Engine& engine) {
  TRY(const wire::AuditReview brought, wire::parse_audit_review(request.body));
  request.body.clear();
  TRY(const trust::Review review, check_review(engine, request, brought.review));
  audit::Event event = event_of(request, "audit.review", {});
  event.details["statement"] = base::to_hex(crypto::sha256(base::as_bytes(brought.review)));
  event.details["from"] = std::to_string(review.from);
  event.details["to"] = std::to_string(review.to);
  return Outcome(recorded_once(request, std::move(event), review.at));
}

}  // namespace sealpost::relay
