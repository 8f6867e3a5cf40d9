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
// "the relay says: <text>", safe to print and at most 500 bytes of it, so that nobody takes a
// relay's words for what this program has found out.
std::string words_of_relay(std::string_view text);
// The error a response stands for: the problem's own when the body is one, otherwise what the
// status alone says. Its texts are words_of_relay().
base::Error from_problem(int status, std::string_view body);

}  // namespace sealpost::wire
