// What auditors tell the relay of what they did with the log, for it to be recorded in it. Pure,
// thread-safe. Parsers fail with kMalformed.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "crypto/hash.hpp"

namespace sealpost::wire {

// POST /v1/audit/exports
struct AuditExport {
  std::string id;           // chosen by the device: what comes again is recorded once
  crypto::Digest sha256{};  // of the file
  std::string format;
  std::uint64_t count = 0;  // events in it
  std::string filter;       // as a URL query; may be empty
};

// POST /v1/audit/reviews
struct AuditReview {
  std::string review;  // signed statement
};

base::Bytes to_cbor(const AuditExport& value);
base::Bytes to_cbor(const AuditReview& value);
base::Result<AuditExport> parse_audit_export(base::ByteView body);
base::Result<AuditReview> parse_audit_review(base::ByteView body);

}  // namespace sealpost::wire
