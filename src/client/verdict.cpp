#include "client/verdict.hpp"

#include "base/bytes.hpp"
#include "wire/problem.hpp"

namespace sealpost::client {
namespace {

base::Error busy(base::Error error) {
  error.code = base::Code::kBusy;
  if (error.hint.empty()) error.hint = "try again in a while; the same command can be repeated";
  return error;
}

base::Error redirected() {
  return {base::Code::kMalformed, "the relay answered with a redirect, which is never followed",
          "use the relay's own URL"};
}

// What to type is this program's to say, not the relay's.
base::Error code_wanted(base::Error error) {
  if (error.hint.ends_with("mfa enrol")) {
    error.hint = "use `sealpost mfa enrol`";
  } else if (error.hint.ends_with("mfa verify")) {
    error.hint = "use `sealpost mfa verify`";
  } else {
    error.hint = "see `sealpost mfa status`";
  }
  return error;
}

// Nor this. Who else has the key is not known: the user can tell.
base::Error replaced() {
  return {base::Code::kKeyReplaced,
          "the relay says that the key of this device was replaced on another machine, which must "
          "have a copy of this vault: it acts as this device, and this one is shut out",
          "was that you, go on with the newer vault; if not, have the device revoked at once, by "
          "`sealpost device revoke` on another device of yours or by an admin, and join again"};
}

base::Error error_of(const Response& response) {
  if (response.status >= 300 && response.status < 400) return redirected();
  base::Error error = wire::from_problem(response.status, base::as_text(response.body));
  if (error.code == base::Code::kMfaRequired) return code_wanted(std::move(error));
  if (error.code == base::Code::kKeyReplaced) return replaced();
  const bool later = response.status == 503 || response.status == 429;
  return later ? busy(std::move(error)) : error;
}

}  // namespace

Verdict judge(const base::Result<Response>& response) {
  Verdict verdict;
  if (!response) {
    verdict.error = response.error();
    verdict.repeatable = verdict.error.code == base::Code::kUnreachable;
    return verdict;
  }
  verdict.fine = response->status >= 200 && response->status < 300;
  if (verdict.fine) return verdict;
  verdict.error = error_of(*response);
  // Both are said before anything was done.
  verdict.repeatable = response->status == 503 || response->status == 429;
  verdict.retry_after = response->retry_after;
  return verdict;
}

}  // namespace sealpost::client
