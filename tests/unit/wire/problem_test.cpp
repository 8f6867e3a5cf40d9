#include "wire/problem.hpp"

#include <doctest/doctest.h>

using namespace sealpost;
using base::Code;

TEST_CASE("every code of the closed list survives the way through a problem") {
  for (int i = 0; i <= static_cast<int>(Code::kInternal); ++i) {
    const auto code = static_cast<Code>(i);
    const auto back =
        wire::from_problem(wire::http_status(code), wire::to_problem({code, "a sentence", "do"}));
    CHECK(back.code == code);
    CHECK(back.text == "the relay says: a sentence");
    CHECK(back.hint == "the relay says: do");
  }
}

TEST_CASE("a problem has the members of RFC 9457") {
  CHECK(wire::to_problem({Code::kDenied, "no", ""}) ==
        R"({"type":"urn:sealpost:error:denied","title":"Denied","detail":"no"})");
}

TEST_CASE("statuses are those of the protocol") {
  CHECK(wire::http_status(Code::kMalformed) == 400);
  CHECK(wire::http_status(Code::kLocked) == 401);
  CHECK(wire::http_status(Code::kRevoked) == 403);
  CHECK(wire::http_status(Code::kNotFound) == 404);
  CHECK(wire::http_status(Code::kConflict) == 409);
  CHECK(wire::http_status(Code::kVerificationFailed) == 422);
  CHECK(wire::http_status(Code::kBusy) == 503);
  CHECK(wire::http_status(Code::kNoSpace) == 507);
  CHECK(wire::http_status(Code::kInternal) == 500);
}

TEST_CASE("an answer that is no problem is judged by its status alone") {
  CHECK(wire::from_problem(401, "<html>").code == Code::kLocked);
  CHECK(wire::from_problem(429, "").code == Code::kBusy);
  CHECK(wire::from_problem(504, "").code == Code::kUnreachable);
  CHECK(wire::from_problem(413, "").code == Code::kMalformed);
  CHECK(wire::from_problem(599, "").code == Code::kInternal);
  CHECK(wire::from_problem(403, R"({"type":"urn:sealpost:error:nonsense"})").code == Code::kDenied);
}

TEST_CASE("control characters of a relay do not reach a terminal") {
  const auto error = wire::from_problem(
      400, "{\"type\":\"urn:sealpost:error:usage\",\"detail\":\"a\\u001b[2Jb\"}");
  CHECK(error.code == Code::kUsage);
  CHECK(error.text.find('\x1b') == std::string::npos);
}

TEST_CASE("a relay's words are cut and marked as its own") {
  const std::string body = "{\"type\":\"urn:sealpost:error:usage\",\"detail\":\"" +
                           std::string(100'000, 'x') + "\",\"hint\":\"run this\"}";
  const auto error = wire::from_problem(400, body);
  CHECK(error.text.starts_with("the relay says: xxx"));
  CHECK(error.text.size() < 600);
  CHECK(error.hint == "the relay says: run this");
}
