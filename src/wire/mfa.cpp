// Bodies about one-time codes.
#include "wire/fields.hpp"
#include "wire/messages.hpp"

namespace sealpost::wire {
namespace {

using text::Json;

constexpr std::size_t kMaxCode = 64;       // bytes of what somebody typed
constexpr std::size_t kMaxRequest = 64;    // bytes
constexpr std::size_t kMaxSecret = 64;     // bytes
constexpr std::size_t kMaxRecovery = 100;  // codes

base::Result<MfaSecret> read_secret(Fields& in) {
  MfaSecret out;
  TRY(out.secret, in.bytes("secret", kMaxSecret));
  TRY(out.recovery, in.lines("recovery", kMaxRecovery));
  return out;
}

base::Result<MfaCode> read_code(Fields& in) {
  MfaCode out;
  TRY(out.code, in.line("code", kMaxCode));
  TRY(out.request, in.line("request", kMaxRequest));
  TRY(out.at, in.time("at"));
  return out;
}

base::Result<MfaProven> read_proven(Fields& in) {
  MfaProven out;
  TRY(out.until, in.time("until"));
  return out;
}

base::Result<MfaMember> read_member(Fields& in) {
  MfaMember out;
  TRY(out.user, in.line("user"));
  return out;
}

base::Result<MfaState> read_state(Fields& in) {
  MfaState out;
  TRY(out.required, in.flag("required"));
  TRY(out.enrolled, in.flag("enrolled"));
  TRY(out.proven_until, in.time("proven-until"));
  TRY(out.paused_until, in.time("paused-until"));
  TRY(out.recovery_codes, in.number("recovery-codes"));
  return out;
}

}  // namespace

Bytes to_cbor(const MfaSecret& value) {
  Json out = Json::object();
  out["secret"] = text::binary(value.secret);
  out["recovery"] = value.recovery;
  return text::to_cbor(out);
}

Bytes to_cbor(const MfaCode& value) {
  Json out = Json::object();
  out["code"] = value.code;
  out["request"] = value.request;
  out["at"] = time_value(value.at);
  return text::to_cbor(out);
}

Bytes to_cbor(const MfaProven& value) {
  Json out = Json::object();
  out["until"] = time_value(value.until);
  return text::to_cbor(out);
}

Bytes to_cbor(const MfaMember& value) {
  Json out = Json::object();
  out["user"] = value.user;
  return text::to_cbor(out);
}

Bytes to_cbor(const MfaState& value) {
  return text::to_cbor({{"required", value.required},
                        {"enrolled", value.enrolled},
                        {"proven-until", time_value(value.proven_until)},
                        {"paused-until", time_value(value.paused_until)},
                        {"recovery-codes", value.recovery_codes}});
}

base::Result<MfaSecret> parse_mfa_secret(ByteView body) {
  return parse_body<MfaSecret>(body, read_secret);
}
base::Result<MfaCode> parse_mfa_code(ByteView body) { return parse_body<MfaCode>(body, read_code); }
base::Result<MfaProven> parse_mfa_proven(ByteView body) {
  return parse_body<MfaProven>(body, read_proven);
}
base::Result<MfaMember> parse_mfa_member(ByteView body) {
  return parse_body<MfaMember>(body, read_member);
}
base::Result<MfaState> parse_mfa_state(ByteView body) {
  return parse_body<MfaState>(body, read_state);
}

}  // namespace sealpost::wire
