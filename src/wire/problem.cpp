#include "wire/problem.hpp"

#include <algorithm>
#include <array>

#include "text/json.hpp"
#include "text/safety.hpp"

namespace sealpost::wire {
namespace {

using base::Code;

constexpr std::string_view kTypePrefix = "urn:sealpost:error:";
constexpr std::size_t kMaxSentence = 500;  // bytes shown of what a relay says
constexpr std::string_view kSpeaker = "the relay says: ";

struct Row {
  Code code;
  int status;
  std::string_view title;
};

// The first row of a status is what the status alone means.
constexpr std::array kRows{
    Row{Code::kMalformed, 400, "Malformed request"},
    Row{Code::kUsage, 400, "Wrong use"},
    Row{Code::kLocked, 401, "Not authenticated"},
    Row{Code::kWrongPassphrase, 401, "Wrong passphrase"},
    Row{Code::kMfaRequired, 401, "Second factor required"},
    Row{Code::kKeyReplaced, 401, "Key replaced"},
    Row{Code::kDenied, 403, "Denied"},
    Row{Code::kRevoked, 403, "Revoked"},
    Row{Code::kNoConsent, 403, "No consent"},
    Row{Code::kNotFound, 404, "Not found"},
    Row{Code::kTimeout, 408, "Timed out"},
    Row{Code::kConflict, 409, "Conflict"},
    Row{Code::kPartial, 409, "Partly done"},
    Row{Code::kVerificationFailed, 422, "Verification failed"},
    Row{Code::kInternal, 500, "Internal error"},
    Row{Code::kUnreachable, 502, "Unreachable"},
    Row{Code::kBusy, 503, "Busy"},
    Row{Code::kInterrupted, 503, "Interrupted"},
    Row{Code::kNoSpace, 507, "No space"},
};

const Row& row_of(Code code) {
  const auto* at =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.code == code; });
  return *at;  // every code has a row: the unit test walks the closed list
}

Code code_of_status(int status) {
  for (const Row& row : kRows) {
    if (row.status == status) return row.code;
  }
  if (status == 429) return Code::kBusy;
  if (status == 504) return Code::kUnreachable;
  return status >= 400 && status < 500 ? Code::kMalformed : Code::kInternal;
}

std::optional<base::Error> read_problem(std::string_view body) {
  const auto document = text::parse_json(body);
  if (!document) return std::nullopt;
  auto type = text::string_at(*document, "type");
  if (!type || !type->starts_with(kTypePrefix)) return std::nullopt;
  const auto code = base::code_from_name(std::string_view(*type).substr(kTypePrefix.size()));
  if (!code) return std::nullopt;
  const auto detail = text::string_at(*document, "detail");
  const auto hint = text::optional_string_at(*document, "hint");
  base::Error error{*code, std::string(row_of(*code).title), ""};
  if (detail && !detail->empty()) error.text = words_of_relay(*detail);
  if (hint && *hint && !(*hint)->empty()) error.hint = words_of_relay(**hint);
  return error;
}

}  // namespace

int http_status(Code code) { return row_of(code).status; }

std::string words_of_relay(std::string_view text) {
  return std::string(kSpeaker) + text::for_terminal(text.substr(0, kMaxSentence));
}

std::string to_problem(const base::Error& error) {
  text::OrderedJson out;
  out["type"] = std::string(kTypePrefix) + std::string(base::code_name(error.code));
  out["title"] = row_of(error.code).title;
  out["detail"] = error.text;
  if (!error.hint.empty()) out["hint"] = error.hint;
  return text::to_line(out);
}

base::Error from_problem(int status, std::string_view body) {
  if (auto problem = read_problem(body)) return *std::move(problem);
  return {code_of_status(status), "the relay answered with HTTP status " + std::to_string(status),
          ""};
}

}  // namespace sealpost::wire
