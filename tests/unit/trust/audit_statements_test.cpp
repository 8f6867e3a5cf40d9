#include "trust/audit_statements.hpp"

#include <doctest/doctest.h>

#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using trust::Chain;
using trust::Role;

namespace {

Chain staffed() {
  Chain chain = founded();
  add_device(chain, "max/desk", Role::kAuditor);
  add_device(chain, "lee/laptop", Role::kMember);
  return chain;
}

trust::Export exported() {
  trust::Export out;
  out.sha256 = crypto::sha256(base::as_bytes("file"));
  out.size = 4;
  out.format = "jsonl";
  out.count = 2;
  out.first = 1;
  out.last = 5;
  out.filter = "event=message.%2A";
  out.checkpoint = "mercy.example/relay\n9\nroot\n\n\u2014 mercy.example/relay c2ln\n";
  out.by = full("max/desk");
  out.at = kNoon;
  return out;
}

trust::Review review() {
  trust::Review out;
  out.by = full("max/desk");
  out.from = 3;
  out.to = 9;
  out.refused = 1;
  out.notes = 2;
  out.notes_sha256 = crypto::sha256(base::as_bytes("notes"));
  out.at = kNoon;
  return out;
}

base::Result<void> verified(const Chain& chain, const std::string& note, std::string_view by) {
  return trust::verify_auditor(chain, note::parse(note).value(), by);
}

}  // namespace

TEST_CASE("a statement of export has one spelling, whatever it leaves out") {
  trust::Export value = exported();
  for (int variant = 0; variant < 3; ++variant) {
    if (variant == 1) value.filter = value.by = "";
    if (variant == 2) {
      value.first = value.last = std::nullopt;
      value.count = 0;
      value.checkpoint = std::string(5000, 'x');  // several lines of base64
    }
    const std::string text = trust::format(value).value();
    const auto back = trust::parse_export(text);
    REQUIRE(back.has_value());
    CHECK(trust::format(*back).value() == text);
    CHECK(back->checkpoint == value.checkpoint);
    CHECK(back->first == value.first);
    CHECK(back->filter == value.filter);
    for (const char* more : {"extra: x\n", "count: 2\n", "checkpoint: eA==\n"}) {
      CHECK(trust::parse_export(text + more).error().code == Code::kMalformed);
    }
  }
}

TEST_CASE("a statement of review has one spelling, and ends behind its beginning") {
  trust::Review value = review();
  const std::string text = trust::format(value).value();
  const auto back = trust::parse_review(text);
  REQUIRE(back.has_value());
  CHECK(trust::format(*back).value() == text);
  CHECK(back->notes_sha256 == value.notes_sha256);
  CHECK(trust::parse_review(text + "extra: x\n").error().code == Code::kMalformed);
  CHECK(trust::parse_export(text).error().code == Code::kMalformed);
  value.to = 2;
  CHECK(trust::format(value).error().code == Code::kMalformed);
}

TEST_CASE("it counts when the device that it names signed it alone, and may read the log") {
  const Chain chain = staffed();
  const std::string max = full("max/desk");
  const std::string lee = full("lee/laptop");
  CHECK(verified(chain, signed_by(review(), {max}), max));
  CHECK(verified(chain, signed_by(exported(), {max}), max));
  CHECK(verified(chain, signed_by(review(), {lee}), max).error().code == Code::kVerificationFailed);
  CHECK(verified(chain, signed_by(review(), {max, lee}), max).error().code ==
        Code::kVerificationFailed);
  CHECK(verified(chain, signed_by(review(), {max + "#2"}), max).error().code ==
        Code::kVerificationFailed);
  CHECK(verified(chain, signed_by(review(), {lee}), lee).error().code == Code::kDenied);
  CHECK(verified(chain, signed_by(review(), {full("eve/desk")}), full("eve/desk")).error().code ==
        Code::kVerificationFailed);
}
