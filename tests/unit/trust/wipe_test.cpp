#include "trust/wipe.hpp"

#include <doctest/doctest.h>

#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using trust::Chain;
using trust::Role;

namespace {

const std::string kRoot(kOrganisation);
const std::string kId = "0193aaaa-0000-7000-8000-000000000001";

// One device of each kind that matters, and a second one of lee's.
Chain staffed() {
  Chain chain = founded();
  add_device(chain, "olivia/desk", Role::kOwner);
  add_device(chain, "ada/desk", Role::kAdmin);
  add_device(chain, "lee/laptop", Role::kMember);
  add_device(chain, "lee/phone", Role::kMember);
  add_device(chain, "kim/ward", Role::kMember);
  add_device(chain, "max/desk", Role::kAuditor);
  return chain;
}

trust::Wipe order(std::string_view device, const std::string& key_label = "") {
  trust::Wipe wipe;
  wipe.id = kId;
  wipe.device = trust::parse_device_name(full(device)).value();
  wipe.key = trust::fingerprint(verifier(key_label.empty() ? full(device) : key_label).key());
  wipe.reason = "left in a taxi";
  wipe.at = kNoon;
  return wipe;
}

Code refusal(const Chain& chain, const std::string& note) {
  const auto verified = trust::verify_wipe(chain, note);
  REQUIRE_FALSE(verified.has_value());
  return verified.error().code;
}

trust::WipeKey wipe_key(std::string_view device) {
  return {trust::parse_device_name(full(device)).value(), verifier(full(device) + "/wipe"), kNoon};
}

trust::Wiped wiped(std::string_view device) {
  return {kId, trust::parse_device_name(full(device)).value(), order(device).key, kNoon};
}

}  // namespace

TEST_CASE("an order has one spelling") {
  const std::string text = trust::format(order("lee/laptop")).value();
  const auto back = trust::parse_wipe(text);
  REQUIRE(back.has_value());
  CHECK(trust::format(*back).value() == text);
  CHECK(back->reason == "left in a taxi");
  for (const char* more : {"extra: x\n", "at: 2026-11-21T12:00:00Z\n", "reason: again\n"}) {
    CHECK(trust::parse_wipe(text + more).error().code == Code::kMalformed);
  }
  trust::Wipe wrong = order("lee/laptop");
  wrong.id = "1";
  CHECK_FALSE(trust::format(wrong).has_value());
  wrong = order("lee/laptop");
  wrong.reason = std::string(201, 'x');
  CHECK_FALSE(trust::format(wrong).has_value());
  wrong.reason = "\x1b[2J";
  CHECK_FALSE(trust::format(wrong).has_value());
}

TEST_CASE("who may revoke a device may have it wiped, and so may the devices of its user") {
  const Chain chain = staffed();
  struct Row {
    std::string target;
    std::vector<std::string> may;
    std::vector<std::string> may_not;
  };
  const std::vector<Row> rows{
      {"lee/laptop",
       {kRoot, full("olivia/desk"), full("ada/desk"), full("lee/phone")},
       {full("kim/ward"), full("max/desk"), full("lee/laptop")}},
      {"olivia/desk", {kRoot}, {full("olivia/desk"), full("ada/desk"), full("lee/phone")}},
      {"ada/desk", {kRoot, full("olivia/desk")}, {full("ada/desk"), full("kim/ward")}},
  };
  for (const Row& row : rows) {
    for (const std::string& by : row.may) {
      CAPTURE(by);
      const auto verified = trust::verify_wipe(chain, signed_by(order(row.target), {by}));
      REQUIRE(verified.has_value());
      CHECK(verified->by == by);
      CHECK(verified->order.device.str() == full(row.target));
    }
    for (const std::string& by : row.may_not) {
      CAPTURE(by);
      CHECK(refusal(chain, signed_by(order(row.target), {by})) == Code::kDenied);
    }
  }
}

TEST_CASE("an order of a revoked device counts for nothing") {
  Chain chain = staffed();
  const std::string by_ada = signed_by(order("lee/laptop"), {full("ada/desk")});
  must(chain, signed_by(revocation(full("ada/desk")), {full("olivia/desk")}));
  CHECK(refusal(chain, by_ada) == Code::kRevoked);
  CHECK(trust::verify_given_wipe(chain, by_ada).has_value());
}

TEST_CASE("an order that is not signed as it must be is not verified") {
  const Chain chain = staffed();
  const std::string text = trust::format(order("lee/laptop")).value();
  CHECK(refusal(chain, signed_by(text, {full("eve/laptop")})) == Code::kVerificationFailed);
  CHECK(refusal(chain, signed_by(text, {full("olivia/desk") + "#2"})) == Code::kVerificationFailed);
  CHECK(refusal(chain, signed_by(text, {kRoot + "#2"})) == Code::kVerificationFailed);
  CHECK(refusal(chain, signed_by(text, {full("olivia/desk"), full("ada/desk")})) ==
        Code::kVerificationFailed);
  std::string changed = signed_by(text, {full("olivia/desk")});
  changed.replace(changed.find("taxi"), 4, "cafe");
  CHECK(refusal(chain, changed) == Code::kVerificationFailed);
}

TEST_CASE("an order is for a device and a key that the chain has") {
  Chain chain = staffed();
  CHECK(refusal(chain, signed_by(order("eve/laptop"), {kRoot})) == Code::kNotFound);
  CHECK(refusal(chain, signed_by(order("lee/laptop", full("lee/phone")), {kRoot})) ==
        Code::kVerificationFailed);
  const std::string older = signed_by(order("lee/laptop"), {full("olivia/desk")});
  must(chain,
       signed_by(successor(chain, "lee/laptop"), {full("lee/laptop"), full("lee/laptop") + "#2"}));
  CHECK(trust::verify_wipe(chain, older).has_value());
}

TEST_CASE("an order holds for the key that it names and for those before, for no later one") {
  Chain chain = staffed();
  const std::string lee = full("lee/laptop");
  const auto change_key = [&](const std::string& from, const std::string& to) {
    trust::Certificate next = successor(chain, "lee/laptop");
    next.key = verifier(to);
    next.at = kNoon + kDay;
    next.expires = kNoon + 300 * kDay;
    must(chain, signed_by(next, {from, to}));
  };
  const auto holds = [&](const trust::Wipe& order, const std::string& label) {
    return trust::holds_for(chain, order, trust::fingerprint(verifier(label).key()));
  };
  change_key(lee, lee + "#2");
  change_key(lee + "#2", lee + "#3");
  const trust::Wipe second = order("lee/laptop", lee + "#2");
  CHECK(holds(second, lee));
  CHECK(holds(second, lee + "#2"));
  CHECK_FALSE(holds(second, lee + "#3"));
  CHECK_FALSE(holds(second, full("lee/phone")));
  CHECK_FALSE(holds(order("lee/laptop", lee + "#4"), lee));
  CHECK_FALSE(holds(order("lee/attic"), lee));
  for (const std::string& label : {lee, lee + "#2", lee + "#3"}) {
    const trust::Device* found = chain.device_with_key(trust::fingerprint(verifier(label).key()));
    REQUIRE(found != nullptr);
    CHECK(found->certificate.name.str() == lee);
  }
  CHECK(chain.device_with_key(trust::fingerprint(verifier(lee + "#4").key())) == nullptr);
}

TEST_CASE("an answer is signed by a key that its device vouches for") {
  Chain chain = staffed();
  const std::string voucher = signed_by(wipe_key("lee/laptop"), {full("lee/laptop")});
  const std::string answer = signed_by(wiped("lee/laptop"), {full("lee/laptop/wipe")});
  const auto holds = trust::verify_wiped(chain, answer, voucher);
  REQUIRE(holds.has_value());
  CHECK(holds->order == kId);

  const auto code = [&](const std::string& said, const std::string& vouched) {
    const auto judged = trust::verify_wiped(chain, said, vouched);
    REQUIRE_FALSE(judged.has_value());
    return judged.error().code;
  };
  CHECK(code(signed_by(wiped("lee/laptop"), {full("lee/laptop/wipe") + "#2"}), voucher) ==
        Code::kVerificationFailed);
  CHECK(code(answer, signed_by(wipe_key("lee/laptop"), {full("olivia/desk")})) ==
        Code::kVerificationFailed);
  CHECK(code(signed_by(wiped("kim/ward"), {full("lee/laptop/wipe")}), voucher) ==
        Code::kVerificationFailed);
  CHECK(code(answer, answer) == Code::kMalformed);
  // Also when its key is another one now, or it is revoked.
  must(chain,
       signed_by(successor(chain, "lee/laptop"), {full("lee/laptop"), full("lee/laptop") + "#2"}));
  must(chain, signed_by(revocation(full("lee/laptop")), {full("olivia/desk")}));
  CHECK(trust::verify_wiped(chain, answer, voucher).has_value());
}
