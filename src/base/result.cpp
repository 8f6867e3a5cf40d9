#include "base/result.hpp"

#include <array>

namespace sealpost::base {
namespace {

struct Name {
  Code code;
  std::string_view name;
};

constexpr std::array kNames{
    Name{Code::kUsage, "usage"},
    Name{Code::kMalformed, "malformed"},
    Name{Code::kNotFound, "not-found"},
    Name{Code::kLocked, "locked"},
    Name{Code::kWrongPassphrase, "wrong-passphrase"},
    Name{Code::kMfaRequired, "mfa-required"},
    Name{Code::kKeyReplaced, "key-replaced"},
    Name{Code::kRevoked, "revoked"},
    Name{Code::kDenied, "denied"},
    Name{Code::kNoConsent, "no-consent"},
    Name{Code::kVerificationFailed, "verification-failed"},
    Name{Code::kPartial, "partial"},
    Name{Code::kConflict, "conflict"},
    Name{Code::kNoSpace, "no-space"},
    Name{Code::kTimeout, "timeout"},
    Name{Code::kBusy, "busy"},
    Name{Code::kUnreachable, "unreachable"},
    Name{Code::kInterrupted, "interrupted"},
    Name{Code::kInternal, "internal"},
};

}  // namespace

std::string_view code_name(Code code) {
  for (const Name& entry : kNames) {
    if (entry.code == code) return entry.name;
  }
  return "internal";
}

std::optional<Code> code_from_name(std::string_view name) {
  for (const Name& entry : kNames) {
    if (entry.name == name) return entry.code;
  }
  return std::nullopt;
}

Error with_context(Error error, std::string_view context) {
  error.text = std::string(context) + ": " + error.text;
  return error;
}

}  // namespace sealpost::base
