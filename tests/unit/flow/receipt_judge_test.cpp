// The offline judge: what holds, and every way in which something does not.
#include "flow/receipt_judge.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "receipt_world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using flow::FileVerdict;
using receipt::State;
using trust::Role;
using namespace std::chrono_literals;

namespace {

FileVerdict judge(const receipt::File& file, const flow::Mirror* mirror = nullptr,
                  const std::string& root = std::string(kOrganisation)) {
  return flow::judge_receipt_file(receipt::format_file(file).value(), verifier(root), mirror)
      .value();
}

FileVerdict judge(const ReceiptWorld& world) { return judge(world.file()); }

bool says(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

// Accepted, delivered and read.
ReceiptWorld told() {
  ReceiptWorld world;
  world.accept();
  world.say(State::kDelivered, "kim/ward");
  world.say(State::kRead, "kim/ward");
  return world;
}

void revoke(ReceiptWorld& world, std::string_view device) {
  world.enter(signed_by(revocation(full(device)), {full("olivia/laptop")}));
}

void renew(ReceiptWorld& world, std::string_view device) {
  world.enter(signed_by(successor(world.chain, device), {full(device), full(device) + "#2"}));
}

// How the receipt in `state` by kim comes out.
struct Case {
  const char* what;
  const char* reason;
  std::function<ReceiptWorld()> make;
};

std::function<ReceiptWorld()> saying(std::function<void(ReceiptWorld&, ReceiptWorld::Said&)> bend) {
  return [bend = std::move(bend)] {
    ReceiptWorld world;
    world.accept();
    ReceiptWorld::Said said{world.draft(State::kRead, "kim/ward")};
    bend(world, said);
    world.say(said);
    return world;
  };
}

const std::vector<Case> kForged{
    {"signed by somebody else", "the signature is not mercy.example/kim/ward's",
     saying([](ReceiptWorld&, auto& said) { said.key = full("lee/laptop"); })},
    {"about another message", "about another message",
     saying([](ReceiptWorld&, auto& said) { said.receipt.message[0] = '1'; })},
    {"about the same id of another sender", "about another message",
     saying([](ReceiptWorld&, auto& said) { said.receipt.from = full("kim/ward"); })},
    {"about another content under this id", "another content",
     saying([](ReceiptWorld&, auto& said) { said.receipt.message_sha256[0] ^= 1; })},
    {"backdated", "backdated",
     saying([](ReceiptWorld& world, auto& said) { said.receipt.at = world.now() - 1h; })},
    {"dated later than it was logged", "later than the relay logged it",
     saying([](ReceiptWorld& world, auto& said) { said.receipt.at = world.now() + 1h; })},
    {"logged as another event", "about something else", saying([](ReceiptWorld&, auto& said) {
       said.event = [](audit::Event& event) { event.event = "message.deliver"; };
     })},
    {"logged as another device's", "about something else", saying([](ReceiptWorld&, auto& said) {
       said.event = [](audit::Event& event) { event.actor = full("lee/laptop"); };
     })},
    {"logged for another sender", "about something else", saying([](ReceiptWorld&, auto& said) {
       said.event = [](audit::Event& event) { event.objects = {full("olivia/laptop")}; };
     })},
    {"whose event names another statement", "about another receipt",
     saying([](ReceiptWorld&, auto& said) {
       said.event = [](audit::Event& event) { event.details["statement"] = hash_of("another"); };
     })},
    {"by a device that it was not for", "was not accepted for mercy.example/olivia/laptop",
     saying([](ReceiptWorld& world, auto& said) {
       said.receipt = world.draft(State::kRead, "olivia/laptop");
     })},
    {"by a device that nobody certified", "no certificate of mercy.example/eve/laptop",
     saying([](ReceiptWorld& world, auto& said) {
       said.receipt = world.draft(State::kRead, "eve/laptop");
     })},
    {"by the relay", "cannot say what a device did",
     [] {
       ReceiptWorld world;
       world.accept();
       world.say(State::kRead, "relay");
       return world;
     }},
    {"after the device was revoked", "was revoked before the statement was logged",
     saying([](ReceiptWorld& world, auto&) { revoke(world, "kim/ward"); })},
    {"with a key that was replaced", "not its own when the statement was logged",
     saying([](ReceiptWorld& world, auto&) { renew(world, "kim/ward"); })},
    {"with a key that came later", "not its own when the statement was logged",
     [] {
       ReceiptWorld world;
       world.accept();
       world.say({world.draft(State::kRead, "kim/ward"), full("kim/ward") + "#2"});
       renew(world, "kim/ward");
       return world;
     }},
    {"after the certificate expired", "had expired", saying([](ReceiptWorld& world, auto& said) {
       said.receipt.at = world.now() + 366 * kDay;
       said.event = [at = said.receipt.at](audit::Event& event) { event.at = at; };
     })},
    {"before the certificate was logged", "was logged after the statement",
     [] {
       ReceiptWorld world;
       world.recipients.push_back(full("max/phone"));
       world.accept();
       world.say(State::kRead, "max/phone");
       world.join("max/phone", Role::kMember);
       return world;
     }},
    {"before the relay accepted the message", "before the relay accepted",
     [] {
       ReceiptWorld world;
       world.say(State::kRead, "kim/ward");
       world.accept();
       return world;
     }},
    {"without the relay's acceptance", "before the relay accepted",
     [] {
       ReceiptWorld world;
       world.say(State::kRead, "kim/ward");
       return world;
     }},
    {"twice", "the same statement",
     [] {
       ReceiptWorld world;
       world.accept();
       const receipt::Receipt said = world.draft(State::kRead, "kim/ward");
       world.say({said});
       world.say({said});
       return world;
     }},
    {"accepted twice", "accepted before",
     [] {
       ReceiptWorld world;
       world.accept();
       world.accept();
       return world;
     }},
    {"accepted, by a device", "only the relay",
     [] {
       ReceiptWorld world;
       world.say(State::kAccepted, "kim/ward");
       return world;
     }},
};

}  // namespace

TEST_CASE("what happened holds: accepted, delivered, read") {
  const FileVerdict verdict = judge(told());
  CHECK(verdict.reason == "");
  REQUIRE(verdict.evidence.size() == 3);
  CHECK(verdict.evidence[0].verdict.receipt.state == State::kAccepted);
  CHECK(verdict.evidence[0].devices == std::vector<std::string>{full("kim/ward")});
  CHECK(verdict.evidence[1].verdict.receipt.state == State::kDelivered);
  CHECK(verdict.evidence[2].verdict.receipt.state == State::kRead);
  for (const flow::Evident& item : verdict.evidence) {
    CHECK(item.verdict.holds);
    CHECK(!item.revoked);
  }
  CHECK(verdict.checkpoint.size == told().leaves.size());
  CHECK(!verdict.mirror_size);
}

// An independent program (Python, hashlib and cryptography) checked its signatures and proofs.
TEST_CASE("the golden receipt file comes out byte for byte, and holds") {
  const base::Bytes golden =
      base::read_file(SEALPOST_TEST_DATA "/../fuzz/corpus/receipt_file/honest", 1 << 20).value();
  CHECK(receipt::format_file(told().file()).value() == base::as_text(golden));
  const auto root =
      note::Verifier::parse("mercy.example+251fe40c+AXulT8VsKNuWxDGaisMXxfZc6opvIjdI2Fg/e+x0MqyJ");
  const auto verdict = flow::judge_receipt_file(base::as_text(golden), root.value(), nullptr);
  CHECK(verdict.value().reason == "");
}

TEST_CASE(
    "what the relay says of a message that expired holds, and is for whom it had not reached") {
  ReceiptWorld world;
  world.accept();
  world.say(State::kExpired, "relay");
  const FileVerdict verdict = judge(world);
  CHECK(verdict.reason == "");
  CHECK(verdict.evidence.at(1).verdict.receipt.state == State::kExpired);
  CHECK(verdict.evidence.at(1).devices == std::vector<std::string>{full("kim/ward")});
}

namespace {

FileVerdict dropped(const std::string& device, const std::string& object) {
  ReceiptWorld world;
  world.recipients.push_back(full("max/phone"));
  world.accept();
  ReceiptWorld::Said said{world.draft(State::kDropped, "relay")};
  said.receipt.device = device;
  said.event = [&](audit::Event& event) {
    event.actor = full("olivia/laptop");
    event.objects = {object};
  };
  world.say(said);
  return judge(world);
}

}  // namespace

TEST_CASE("what the relay says of a message that went with a device holds for that device alone") {
  const FileVerdict verdict = dropped(full("kim/ward"), full("kim/ward"));
  CHECK(verdict.reason == "");
  CHECK(verdict.evidence.at(1).verdict.receipt.device == full("kim/ward"));
  CHECK(verdict.evidence.at(1).devices == std::vector<std::string>{full("kim/ward")});
  CHECK(says(dropped(full("kim/ward"), full("max/phone")).reason, "about something else"));
  CHECK(says(dropped(full("zoe/desk"), full("zoe/desk")).reason, "was not accepted for"));
}

TEST_CASE("a statement that is forged in any way does not hold, each for its own reason") {
  for (const Case& forged : kForged) {
    CAPTURE(forged.what);
    const FileVerdict verdict = judge(forged.make());
    CHECK(!verdict.verified());
    CHECK_MESSAGE(says(verdict.reason, forged.reason), verdict.reason);
  }
}

TEST_CASE("one forged statement does not make the others false") {
  ReceiptWorld world = told();
  world.say({world.draft(State::kUndecryptable, "kim/ward"), full("lee/laptop")});
  const FileVerdict verdict = judge(world);
  CHECK(!verdict.verified());
  CHECK(verdict.evidence.at(2).verdict.holds);
  CHECK(!verdict.evidence.at(3).verdict.holds);
}

TEST_CASE("what was said before a revocation or a new key stays said") {
  ReceiptWorld world = told();
  renew(world, "kim/ward");
  const std::uint64_t at = world.leaves.size();
  revoke(world, "kim/ward");
  const FileVerdict verdict = judge(world);
  CHECK(verdict.reason == "");
  CHECK(verdict.evidence.at(2).revoked == at);
}

TEST_CASE("times may differ by as much as the relay tolerates") {
  for (const auto& off : {-299s, 299s}) {
    ReceiptWorld world;
    world.accept();
    ReceiptWorld::Said said{world.draft(State::kRead, "kim/ward")};
    said.receipt.at += off;
    world.say(said);
    CHECK(judge(world).reason == "");
  }
}

TEST_CASE("another root does not believe a word of it") {
  const FileVerdict verdict = judge(told().file(), nullptr, "county.example");
  CHECK(says(verdict.reason, "another root"));
  CHECK(verdict.evidence.empty());
}

TEST_CASE("a file that ends early is refused as cut short") {
  const std::string text = receipt::format_file(told().file()).value();
  for (std::size_t size = text.find('\n') + 1; size < text.size(); size += 7) {
    const auto verdict = flow::judge_receipt_file(text.substr(0, size),
                                                  verifier(std::string(kOrganisation)), nullptr);
    REQUIRE(verdict);
    CHECK(!verdict->verified());
    CHECK(verdict->evidence.empty());
    if (size > 400) CHECK(says(verdict->reason, "cut short"));
  }
  CHECK(flow::judge_receipt_file("another thing", verifier(std::string(kOrganisation)), nullptr)
            .error()
            .code == base::Code::kMalformed);
}

TEST_CASE("a checkpoint that the named log did not sign proves nothing") {
  const ReceiptWorld world = told();
  receipt::File file = world.file();
  file.checkpoint = world.checkpoint(full("kim/ward"));
  CHECK(says(judge(file).reason, "not signed by the log that the root named"));
}

TEST_CASE("a checkpoint of another log by the same key proves nothing") {
  const ReceiptWorld world = told();
  receipt::File file = world.file();
  file.checkpoint =
      note::sign(merkle::format_checkpoint({"mercy.example/another", world.leaves.size(),
                                            world.root(world.leaves.size())}),
                 key(full("relay")));
  CHECK(says(judge(file).reason, "not signed by the log that the root named"));
}

TEST_CASE("a file without any receipt proves nothing") {
  receipt::File file = told().file();
  std::erase_if(file.records, [](const receipt::Record& record) { return !record.entry; });
  const FileVerdict verdict = judge(file);
  CHECK(!verdict.verified());
  CHECK(says(verdict.reason, "acceptance of the message is missing"));
}

TEST_CASE("a file without the relay's statement names no log") {
  receipt::File file = told().file();
  std::erase_if(file.records, [](const receipt::Record& record) { return record.entry == 1; });
  CHECK(says(judge(file).reason, "named no relay"));
}

TEST_CASE("a proof of another leaf is no proof") {
  receipt::File file = told().file();
  auto& records = file.records;
  SUBCASE("paths exchanged") { std::swap(records[3].evidence.path, records[4].evidence.path); }
  SUBCASE("a receipt's leaf changed") { records.back().evidence.leaf[20] ^= 1; }
  SUBCASE("an entry's leaf changed") { records.front().evidence.leaf[20] ^= 1; }
  SUBCASE("an index beyond the log") { records.back().evidence.index = 1000; }
  const FileVerdict verdict = judge(file);
  CHECK(says(verdict.reason, "is not proven to be in the log"));
  CHECK(verdict.evidence.empty());
}

TEST_CASE("entries of the trust chain that are missing, changed or elsewhere are noticed") {
  const ReceiptWorld world = told();
  receipt::File file = world.file();
  SUBCASE("the invitation") {
    std::erase_if(file.records, [](const receipt::Record& record) { return record.entry == 3; });
    CHECK(says(judge(file).reason, "trust chain entry 4 does not hold"));
  }
  SUBCASE("the certificate of another device instead") {
    file = world.file_with({full("lee/laptop")});
    CHECK(says(judge(file).reason, "no certificate of mercy.example/kim/ward"));
  }
  SUBCASE("an entry under another number") {
    file.records[0].entry = 1;
    file.records[1].entry = 7;
    CHECK(says(judge(file).reason, "not logged in their order"));
    file = world.file();
    for (receipt::Record& record : file.records) {
      if (record.entry == 4) record.entry = 5;
    }
    CHECK(says(judge(file).reason, "logs another trust chain entry than number 5"));
  }
  SUBCASE("an entry at the place of another event") {
    const flow::LoggedEntry& entry = world.entries[0];
    file.records[0] = world.record_of(0, entry.entry, 6);
    std::sort(file.records.begin(), file.records.end(),
              [](const auto& a, const auto& b) { return a.evidence.index < b.evidence.index; });
    CHECK(!judge(file).verified());
  }
}

TEST_CASE("a mirror that goes on from the receipt's log confirms it") {
  ReceiptWorld world = told();
  const receipt::File file = world.file();
  world.join("max/phone", Role::kMember);
  const flow::Mirror mirror = world.mirror();
  const FileVerdict verdict = judge(file, &mirror);
  CHECK(verdict.reason == "");
  CHECK(verdict.mirror_size == world.leaves.size());
}

TEST_CASE("a revocation that the file conceals is found in the mirror") {
  ReceiptWorld world;
  world.accept();
  revoke(world, "kim/ward");
  world.say(State::kRead, "kim/ward");
  receipt::File file = world.file();
  std::erase_if(file.records, [](const receipt::Record& record) { return record.entry == 7; });
  CHECK(judge(file).reason == "");  // this is what "revocation: not checked" means
  const flow::Mirror mirror = world.mirror();
  CHECK(says(judge(file, &mirror).reason, "was revoked before"));
}

TEST_CASE("a revocation after the receipt is told from the mirror") {
  ReceiptWorld world = told();
  const receipt::File file = world.file();
  const std::uint64_t then = world.leaves.size();
  revoke(world, "kim/ward");
  const flow::Mirror mirror = world.mirror();
  const FileVerdict verdict = judge(file, &mirror);
  CHECK(verdict.reason == "");
  CHECK(verdict.evidence.at(2).revoked == then);
}

TEST_CASE("a mirror that does not belong to the receipt is told from one that does") {
  const ReceiptWorld world = told();
  const receipt::File file = world.file();
  flow::Mirror mirror = world.mirror();
  REQUIRE(judge(file, &mirror).verified());
  SUBCASE("too short") {
    mirror.checkpoint.size -= 1;
    CHECK(says(judge(file, &mirror).reason, "the mirror ends at"));
  }
  SUBCASE("of a log that went another way") {
    mirror.roots[world.leaves.size()].at(0) ^= 1;
    CHECK(says(judge(file, &mirror).reason, "of another log than the mirror has"));
  }
  SUBCASE("of another relay") {
    mirror.checkpoint.origin = "county.example/relay";
    CHECK(says(judge(file, &mirror).reason, "the mirror is of another log"));
  }
  SUBCASE("with an entry at another place") {
    mirror.entries[3].index += 1;
    CHECK(says(judge(file, &mirror).reason, "trust chain entry 3 is another one in the mirror"));
  }
}

TEST_CASE("a statement whose author had seen another history is told from the mirror") {
  const auto bent = [](auto&& bend) {
    ReceiptWorld world;
    world.accept();
    ReceiptWorld::Said said{world.draft(State::kRead, "kim/ward")};
    bend(said.receipt);
    world.say(said);
    const flow::Mirror mirror = world.mirror();
    CHECK(judge(world.file()).reason == "");
    return judge(world.file(), &mirror).reason;
  };
  CHECK(bent([](receipt::Receipt&) {}) == "");
  CHECK(bent([](receipt::Receipt& said) { said.log = {0, {}}; }) == "");
  CHECK(says(bent([](receipt::Receipt& said) { said.log.hash[0] ^= 1; }), "another log"));
  CHECK(says(bent([](receipt::Receipt& said) { said.trust.hash[0] ^= 1; }), "another trust chain"));
  CHECK(says(bent([](receipt::Receipt& said) { said.trust.size += 1; }), "another trust chain"));
}

TEST_CASE("nobody can have seen events that were logged after the own statement") {
  ReceiptWorld world;
  world.accept();
  ReceiptWorld::Said said{world.draft(State::kRead, "kim/ward")};
  said.receipt.log.size += 1;
  world.say(said);
  CHECK(says(judge(world).reason, "more of the log than there was"));
}
