#include "age/failure.hpp"

namespace sealpost::age {

std::string_view failure_name(Failure failure) {
  switch (failure) {
    case Failure::kNone:
      return "success";
    case Failure::kNoMatch:
      return "no match";
    case Failure::kHmac:
      return "HMAC failure";
    case Failure::kHeader:
      return "header failure";
    case Failure::kPayload:
      return "payload failure";
    case Failure::kArmor:
      return "armor failure";
  }
  return "";
}

base::Error refuse(Failure failure, std::string_view text, Failure* where) {
  if (where != nullptr) *where = failure;
  return {base::Code::kVerificationFailed, std::string(text), ""};
}

}  // namespace sealpost::age
