#include "wire/audit.hpp"

#include "wire/fields.hpp"

namespace sealpost::wire {
namespace {

base::Result<AuditExport> read_export(Fields& in) {
  AuditExport out;
  TRY(out.id, in.line("id"));
  TRY(out.sha256, in.digest("sha256"));
  TRY(out.format, in.line("format"));
  TRY(out.count, in.number("count"));
  TRY(out.filter, in.line("filter", kMaxText));
  return out;
}

base::Result<AuditReview> read_review(Fields& in) {
  AuditReview out;
  TRY(out.review, in.note("review"));
  return out;
}

}  // namespace

base::Bytes to_cbor(const AuditExport& value) {
  return text::to_cbor({{"id", value.id},
                        {"sha256", text::binary(value.sha256)},
                        {"format", value.format},
                        {"count", value.count},
                        {"filter", value.filter}});
}

base::Bytes to_cbor(const AuditReview& value) {
  return text::to_cbor(text::Json{{"review", value.review}});
}

base::Result<AuditExport> parse_audit_export(base::ByteView body) {
  return parse_body<AuditExport>(body, read_export);
}

base::Result<AuditReview> parse_audit_review(base::ByteView body) {
  return parse_body<AuditReview>(body, read_review);
}

}  // namespace sealpost::wire
