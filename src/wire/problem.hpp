// Errors between client and relay: RFC 9457 problem details whose type maps one to one to Code.
// Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::wire {

inline constexpr std::string_view kProblemType = "application/problem+json";

int http_status(base::Code code);
// {"type":"urn:sealpost:error:denied","title":"...","detail":"...","hint":"..."}
std::string to_problem(const base::Error& error);
// The error a response stands for: the problem's own when the body is one, otherwise what the
// status alone says. Text from the relay is made safe to print, cut to 500 bytes, and begins with
// "the relay says: ", so that it cannot pass for this program's own findings.
base::Error from_problem(int status, std::string_view body);

}  // namespace sealpost::wire
