// Why an age file was refused, in the classes that the published test vectors use.
//
// From outside they all look alike: every one of them is a base::Error with Code
// kVerificationFailed. The class is for tests, for `inspect` and for a better hint; it is reported
// through an optional pointer and never changes what the caller may do with the file.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::age {

enum class Failure {
  kNone,
  kNoMatch,  // no identity opens any stanza; a wrong passphrase looks like this, too
  kHmac,     // the header was changed after it was made
  kHeader,   // the header is not one that age v1 allows
  kPayload,  // the payload was changed, cut or extended
  kArmor,    // the text around a binary file is not strict PEM
};

// "no match", "HMAC failure", ... as the vectors spell them; "success" for kNone.
std::string_view failure_name(Failure failure);

// Notes the class in `*where` (unless null) and returns the error that the caller sees.
base::Error refuse(Failure failure, std::string_view text, Failure* where);

}  // namespace sealpost::age
