#include "receipt/receipt.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <vector>

using namespace sealpost;
using base::Code;
using receipt::Receipt;
using receipt::State;

namespace {

constexpr base::Time kNoon{std::chrono::sys_days(std::chrono::year{2026} / 11 / 21) +
                           std::chrono::hours(12)};
constexpr const char* kMessage = "01936f5e-7c00-7a3b-8f00-0123456789ab";
constexpr const char* kSender = "mercy.example/dr.lee/laptop";
constexpr const char* kReader = "mercy.example/nurse.kim/ward";
constexpr const char* kOrigin = "mercy.example/relay";

// Made by an independent program (Python, hashlib and cryptography) from sealpost-receipt(5); the
// seed of a key is SHA-256("sealpost test key " + name).
constexpr std::string_view kGolden =
    "sealpost/v1/receipt\n"
    "message: 01936f5e-7c00-7a3b-8f00-0123456789ab\n"
    "from: mercy.example/dr.lee/laptop\n"
    "message-sha256: f9f8ef5920a06b68975984e87aeac85bb6d7486d9a9a1b2d31fc84f87272e837\n"
    "state: read\n"
    "by: mercy.example/nurse.kim/ward\n"
    "at: 2026-11-21T12:00:00Z\n"
    "log: 4711 g2/xhOe0Gx4Ty1/Yn6HemNu6uZ6dKRiRP/Q7hqXHwhM=\n"
    "trust: 12 95bi8orlgRc3zLgjPzTgn4u3XSURoTVUPRyje+AZmh0=\n"
    "\n"
    "\xe2\x80\x94 mercy.example/nurse.kim/ward "
    "osj5ffqwtrVAjGt/APFCY5pSHJPJ2TlROkMDK1Jeg736CGeAKRl+BTFdj3xFYoJu34Id410buPtIJD6Q1Ltr+"
    "HTAwAM=\n";

crypto::Digest hash(std::string_view text) { return crypto::sha256(base::as_bytes(text)); }

note::Signer signer(const std::string& name) {
  const auto seed = hash("sealpost test key " + name);
  return note::Signer::make(name, crypto::SigningKey::from_seed(*crypto::SigningSeed::from(seed)))
      .value();
}

Receipt draft() {
  Receipt receipt;
  receipt.message = kMessage;
  receipt.from = kSender;
  receipt.message_sha256 = hash("header note");
  receipt.state = State::kRead;
  receipt.by = kReader;
  receipt.at = kNoon;
  receipt.log = {4711, hash("log")};
  receipt.trust = {12, hash("trust")};
  return receipt;
}

std::string signed_receipt(const Receipt& receipt, const std::string& by) {
  return note::sign(receipt::format(receipt).value(), signer(by));
}

std::string text_of(std::string_view note) { return note::parse(note).value().text; }

// A log of three leaves with the evidence in the middle, and all that judge() is told.
struct Case {
  receipt::Evidence evidence;
  receipt::Expectation expected;
  std::string signer = kReader;
  crypto::Digest leaf_statement{};

  explicit Case(std::string statement) {
    evidence.statement = std::move(statement);
    evidence.index = 1;
    evidence.leaf = base::to_bytes("the audit leaf");
    leaf_statement = hash(evidence.statement);
    const auto before = merkle::leaf_hash(base::as_bytes("before"));
    const auto after = merkle::leaf_hash(base::as_bytes("after"));
    const auto leaf = merkle::leaf_hash(evidence.leaf);
    evidence.path = {before, after};
    expected.message = kMessage;
    expected.from = kSender;
    expected.message_sha256 = hash("header note");
    expected.checkpoint = {kOrigin, 3, merkle::node_hash(merkle::node_hash(before, leaf), after)};
  }
  receipt::Verdict judge() const {
    return receipt::judge(evidence, expected, ::signer(signer).verifier(), leaf_statement);
  }
};

Case honest() { return Case(std::string(kGolden)); }

Case accepted() {
  Receipt receipt = draft();
  receipt.state = State::kAccepted;
  receipt.by = kOrigin;
  Case made(signed_receipt(receipt, kOrigin));
  made.signer = kOrigin;
  return made;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string copy(text);
  const std::size_t at = copy.find(from);
  REQUIRE(at != std::string::npos);
  return copy.replace(at, from.size(), to);
}

struct Forgery {
  const char* what;
  const char* reason;
  std::function<Case()> make;
};

std::function<Case()> changed(std::function<void(Case&)> change) {
  return [change = std::move(change)] {
    Case made = honest();
    change(made);
    return made;
  };
}

std::function<Case()> written(std::function<void(Receipt&)> change, std::string by) {
  return [change = std::move(change), by = std::move(by)] {
    Receipt receipt = draft();
    change(receipt);
    Case made(signed_receipt(receipt, by));
    made.signer = by;
    return made;
  };
}

const std::vector<Forgery> kForgeries{
    {"signed by somebody else in the reader's name", "signature of its author alone",
     [] {
       const std::string text = receipt::format(draft()).value();
       return Case(
           note::sign(text, note::Signer::make(kReader, signer("eve").key().clone()).value()));
     }},
    {"signed by the reader and somebody else", "signature of its author alone",
     [] {
       const std::string text = receipt::format(draft()).value();
       return Case(std::string(kGolden) + signer(kSender).signature_line(text));
     }},
    {"checked against another key than its author's", "another author",
     changed([](Case& c) { c.signer = kSender; })},
    {"with the time changed after signing", "signature of its author alone",
     [] { return Case(replaced(kGolden, "at: 2026", "at: 2025")); }},
    {"replayed for another message", "another message",
     changed([](Case& c) { c.expected.message[0] = '1'; })},
    {"replayed for the same id of another sender", "another message",
     changed([](Case& c) { c.expected.from = "mercy.example/eve/laptop"; })},
    {"about another content of the message", "another content",
     changed([](Case& c) { c.expected.message_sha256[31] ^= 1; })},
    {"by the relay, of what a device did", "cannot say what a device did",
     written([](Receipt& r) { r.by = kOrigin; }, kOrigin)},
    {"accepted, by a device", "only the relay",
     written([](Receipt& r) { r.state = State::kAccepted; }, kReader)},
    {"whose leaf names another receipt", "about another receipt",
     changed([](Case& c) { c.leaf_statement[0] ^= 1; })},
    {"whose leaf was changed", "", changed([](Case& c) { c.evidence.leaf[0] ^= 1; })},
    {"that is not included", "", changed([](Case& c) { c.evidence.path[0][0] ^= 1; })},
    {"with a proof that is too short", "", changed([](Case& c) { c.evidence.path.pop_back(); })},
    {"with a proof that is too long", "", changed([](Case& c) { c.evidence.path.push_back({}); })},
    {"at another index", "", changed([](Case& c) { c.evidence.index = 0; })},
    {"beyond the checkpoint", "does not reach", changed([](Case& c) { c.evidence.index = 3; })},
    {"far beyond the checkpoint", "does not reach",
     changed([](Case& c) { c.evidence.index = UINT64_MAX; })},
    {"against another tree", "", changed([](Case& c) { c.expected.checkpoint.root[0] ^= 1; })},
    {"that is no receipt", "",
     [] { return Case(note::sign("sealpost/v1/consent\nby: me\n", signer(kReader))); }},
};

}  // namespace

TEST_CASE("a receipt comes out byte for byte as an independent program writes it") {
  CHECK(signed_receipt(draft(), kReader) == kGolden);
}

TEST_CASE("parsing gives back every field") {
  const Receipt receipt = receipt::parse(text_of(kGolden)).value();
  CHECK(receipt.message == kMessage);
  CHECK(receipt.from == kSender);
  CHECK(receipt.message_sha256 == hash("header note"));
  CHECK(receipt.state == State::kRead);
  CHECK(receipt.by == kReader);
  CHECK(receipt.at == kNoon);
  CHECK(receipt.log == note::View{4711, hash("log")});
  CHECK(receipt.trust == note::View{12, hash("trust")});
}

TEST_CASE("the receipt of acceptance names the purpose, no other does") {
  Receipt accepted = draft();
  accepted.state = State::kAccepted;
  accepted.by = kOrigin;
  accepted.purpose = "test-results";
  const auto text = receipt::format(accepted);
  REQUIRE(text);
  CHECK(text->find("state: accepted\npurpose: test-results\nby: ") != std::string::npos);
  CHECK(receipt::parse(*text).value().purpose == "test-results");
  accepted.state = State::kRead;
  CHECK(receipt::format(accepted).error().code == Code::kMalformed);
}

TEST_CASE("states read back as themselves") {
  for (State state : {State::kAccepted, State::kDelivered, State::kRead, State::kUndecryptable,
                      State::kExpired, State::kDropped, State::kOpenedByLink, State::kLinkLocked,
                      State::kRecalled, State::kWithdrawn}) {
    CHECK(receipt::state_from_name(receipt::state_name(state)) == state);
  }
  CHECK_FALSE(receipt::state_from_name("seen"));
  CHECK(receipt::state_name(static_cast<State>(99)).empty());
}

TEST_CASE("the receipt of a dropped message names its device, and no other receipt does") {
  Receipt dropped = draft();
  dropped.state = State::kDropped;
  dropped.by = kOrigin;
  CHECK(receipt::format(dropped).error().code == Code::kMalformed);
  dropped.device = kReader;
  const std::string text = receipt::format(dropped).value();
  CHECK(text.find("state: dropped\ndevice: mercy.example/nurse.kim/ward\nby: ") != text.npos);
  CHECK(receipt::parse(text)->device == kReader);
  CHECK_FALSE(receipt::parse(replaced(text, "state: dropped", "state: expired")));
  CHECK_FALSE(receipt::parse(replaced(text, "device: mercy.example/nurse.kim/ward\n", "")));
  Case evidence(signed_receipt(dropped, kOrigin));
  evidence.signer = kOrigin;
  CHECK(evidence.judge().reason == "");
}

TEST_CASE("withdrawn is the relay's word, of a device or a link; recalled is a device's") {
  Receipt value = draft();
  value.state = State::kWithdrawn;
  value.by = kOrigin;
  for (const std::string& device : {std::string(), std::string(kReader)}) {
    value.device = device;
    const std::string text = receipt::format(value).value();
    CHECK(receipt::parse(text)->device == device);
    Case evidence(signed_receipt(value, kOrigin));
    evidence.signer = kOrigin;
    CHECK(evidence.judge().reason == "");
  }
  value.by = kReader;
  Case claimed(signed_receipt(value, kReader));
  claimed.signer = kReader;
  CHECK_FALSE(claimed.judge().holds);
  value.state = State::kRecalled;
  CHECK_FALSE(receipt::format(value).has_value());
  value.device = "";
  Case destroyed(signed_receipt(value, kReader));
  destroyed.signer = kReader;
  CHECK(destroyed.judge().reason == "");
  value.by = kOrigin;
  Case relays(signed_receipt(value, kOrigin));
  relays.signer = kOrigin;
  CHECK_FALSE(relays.judge().holds);
}

TEST_CASE("a receipt out of form is malformed") {
  const std::string good = text_of(kGolden);
  struct Row {
    const char* from;
    const char* to;
  };
  for (const Row& row : {
           Row{"v1/receipt", "v1/consent"},
           Row{"state: read\n", ""},
           Row{"state: read", "state: seen"},
           Row{"state: read\n", "state: read\nstate: read\n"},
           Row{"message: 01936f5e", "message: 01936F5e"},
           Row{"message: 01936f5e-", "message: "},
           Row{"message-sha256: f9f8", "message-sha256: F9F8"},
           Row{"message-sha256: f9f8", "message-sha256: f9"},
           Row{"log: 4711 ", "log: 04711 "},
           Row{"at: 2026-11-21T12:00:00Z", "at: 2026-11-21T12:00:00.1Z"},
           Row{"by: mercy", "mood: good\nby: mercy"},
           Row{"state: read\nby: mercy.example/nurse.kim/ward\n",
               "by: mercy.example/nurse.kim/ward\nstate: read\n"},
       }) {
    CAPTURE(row.from);
    CAPTURE(row.to);
    const auto result = receipt::parse(replaced(good, row.from, row.to));
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Code::kMalformed);
  }
  Receipt nameless = draft();
  nameless.by = "";
  CHECK_FALSE(receipt::format(nameless).has_value());
}

TEST_CASE("honest evidence holds: read by a device, accepted by the relay") {
  for (const Case& made : {honest(), accepted()}) {
    const receipt::Verdict verdict = made.judge();
    CHECK_MESSAGE(verdict.holds, verdict.reason);
    CHECK(verdict.reason.empty());
    CHECK(verdict.receipt.message == kMessage);
  }
}

TEST_CASE("a receipt that is cut off anywhere does not hold") {
  for (std::size_t size = 0; size < kGolden.size(); ++size) {
    CAPTURE(size);
    const receipt::Verdict verdict = Case(std::string(kGolden.substr(0, size))).judge();
    CHECK_FALSE(verdict.holds);
    CHECK_FALSE(verdict.reason.empty());
  }
}

TEST_CASE("evidence that is forged, replayed or not in the log does not hold, and says why") {
  for (const Forgery& row : kForgeries) {
    CAPTURE(row.what);
    const receipt::Verdict verdict = row.make().judge();
    CHECK_FALSE(verdict.holds);
    CHECK_FALSE(verdict.reason.empty());
    CHECK_MESSAGE(verdict.reason.find(row.reason) != std::string::npos, verdict.reason);
  }
}

TEST_CASE("the receipt of acceptance may name devices of the last resort, and no other receipt") {
  Receipt receipt = draft();
  receipt.last_resort = {kReader, "mercy.example/nurse.kim/desk"};
  CHECK(receipt::format(receipt).error().code == Code::kMalformed);
  receipt.state = State::kAccepted;
  receipt.by = kOrigin;
  receipt.purpose = "general";
  const std::string text = receipt::format(receipt).value();
  CHECK(text.find("purpose: general\n"
                  "last-resort: mercy.example/nurse.kim/ward\n"
                  "last-resort: mercy.example/nurse.kim/desk\n"
                  "by: mercy.example/relay\n") != std::string::npos);
  CHECK(receipt::parse(text)->last_resort == receipt.last_resort);
  receipt.last_resort.clear();
  CHECK(receipt::parse(receipt::format(receipt).value())->last_resort.empty());
  const std::string moved =
      replaced(replaced(text, "last-resort: mercy.example/nurse.kim/ward\n", ""),
               "by: ", "last-resort: mercy.example/nurse.kim/ward\nby: ");
  CHECK(receipt::parse(moved).has_value());  // their order is the relay's
  CHECK_FALSE(receipt::parse(replaced(text, "purpose: general\n", "") + "purpose: general\n"));
}
