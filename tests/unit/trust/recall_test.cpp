#include "trust/recall.hpp"

#include <doctest/doctest.h>

#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using trust::Chain;
using trust::Role;

namespace {

const std::string kId = "0193aaaa-0000-7000-8000-000000000001";

Chain staffed() {
  Chain chain = founded();
  add_device(chain, "olivia/desk", Role::kOwner);
  add_device(chain, "ada/desk", Role::kAdmin);
  add_device(chain, "lee/laptop", Role::kMember);
  add_device(chain, "lee/phone", Role::kMember);
  add_device(chain, "lab/server", Role::kService);
  add_device(chain, "max/desk", Role::kAuditor);
  return chain;
}

trust::Recall recall(const Chain& chain, std::string_view from = "lee/laptop") {
  trust::Recall out;
  out.message = kId;
  out.from = trust::parse_device_name(full(from)).value();
  out.reason = "wrong patient";
  out.trust = chain.view();
  out.at = kNoon;
  return out;
}

Code refusal(const Chain& chain, const std::string& note) {
  const auto verified = trust::verify_recall(chain, note);
  REQUIRE_FALSE(verified.has_value());
  return verified.error().code;
}

}  // namespace

TEST_CASE("a recall has one spelling, with the message's hash or without") {
  const Chain chain = staffed();
  trust::Recall value = recall(chain);
  for (const bool known : {false, true}) {
    if (known) value.message_sha256 = crypto::sha256(base::as_bytes("header"));
    const std::string text = trust::format(value).value();
    const auto back = trust::parse_recall(text);
    REQUIRE(back.has_value());
    CHECK(trust::format(*back).value() == text);
    CHECK(back->message_sha256 == value.message_sha256);
    for (const char* more : {"extra: x\n", "at: 2026-11-21T12:00:00Z\n", "reason: again\n"}) {
      CHECK(trust::parse_recall(text + more).error().code == Code::kMalformed);
    }
  }
  std::string upper = trust::format(value).value();
  const auto at = upper.find("message-sha256: ") + 16;
  for (std::size_t i = at; i < at + 64; ++i) upper[i] = static_cast<char>(std::toupper(upper[i]));
  CHECK(trust::parse_recall(upper).error().code == Code::kMalformed);
  value.message = "1";
  CHECK_FALSE(trust::format(value).has_value());
  value = recall(chain);
  value.reason = std::string(201, 'x');
  CHECK_FALSE(trust::format(value).has_value());
}

TEST_CASE("the sender recalls its own, owners and admins every message, nobody else any") {
  const Chain chain = staffed();
  const auto by = [&](std::string_view author, std::string_view from = "lee/laptop") {
    return trust::verify_recall(chain, signed_by(recall(chain, from), {full(author)}));
  };
  for (const char* author : {"lee/laptop", "ada/desk", "olivia/desk"}) {
    CAPTURE(author);
    const auto verified = by(author);
    REQUIRE(verified.has_value());
    CHECK(verified->by == full(author));
    CHECK(verified->recall.reason == "wrong patient");
  }
  CHECK(by("lab/server", "lab/server").has_value());
  // Ids are scoped to the device: another one of the same member did not send the message.
  for (const char* author : {"lee/phone", "lab/server", "max/desk"}) {
    CAPTURE(author);
    REQUIRE_FALSE(by(author).has_value());
    CHECK(by(author).error().code == Code::kDenied);
  }
  CHECK(by("max/desk", "max/desk").error().code == Code::kDenied);
}

TEST_CASE("a recall that is signed wrongly, twice, by nobody known or by the root does not hold") {
  const Chain chain = staffed();
  const trust::Recall value = recall(chain);
  const std::string lee = full("lee/laptop");
  CHECK(refusal(chain, signed_by(value, {lee + "#2"})) == Code::kVerificationFailed);
  CHECK(refusal(chain, signed_by(value, {lee, full("ada/desk")})) == Code::kVerificationFailed);
  CHECK(refusal(chain, signed_by(value, {full("eve/laptop")})) == Code::kVerificationFailed);
  CHECK(refusal(chain, signed_by(value, {std::string(kOrganisation)})) ==
        Code::kVerificationFailed);
  std::string altered = signed_by(value, {lee});
  altered.replace(altered.find("wrong patient"), 5, "right");
  CHECK(refusal(chain, altered) == Code::kVerificationFailed);
  CHECK(refusal(chain, "nonsense") == Code::kMalformed);
}

TEST_CASE("what its author had seen of the chain is a beginning of it") {
  const Chain chain = staffed();
  const std::string lee = full("lee/laptop");
  trust::Recall value = recall(chain);
  value.trust.hash[0] ^= 1;
  CHECK(refusal(chain, signed_by(value, {lee})) == Code::kVerificationFailed);
  value = recall(chain);
  ++value.trust.size;
  CHECK(refusal(chain, signed_by(value, {lee})) == Code::kVerificationFailed);
}

TEST_CASE("the role of that time counts, and a revocation only when it came before") {
  Chain chain = staffed();
  const std::string before = signed_by(recall(chain), {full("ada/desk")});
  const std::string own = signed_by(recall(chain), {full("lee/laptop")});
  must(chain, signed_by(revocation(full("ada/desk")), {std::string(kOrganisation)}));
  must(chain, signed_by(revocation(full("lee/laptop")), {std::string(kOrganisation)}));
  CHECK(trust::verify_recall(chain, before).has_value());
  CHECK(trust::verify_recall(chain, own).has_value());
  CHECK(refusal(chain, signed_by(recall(chain), {full("ada/desk")})) == Code::kRevoked);
  CHECK(refusal(chain, signed_by(recall(chain), {full("lee/laptop")})) == Code::kRevoked);
}
