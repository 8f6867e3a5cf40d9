// Proof files of single events: what holds, and every way in which something does not.
#include "flow/proof_file.hpp"

#include <doctest/doctest.h>

#include "flow/prove.hpp"
#include "merkle/checkpoint.hpp"
#include "mirror_world.hpp"
#include "trust/excerpt.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using flow::ProofVerdict;

namespace {

constexpr std::uint64_t kIndex = 3;

flow::ProofExtra extra_of(const ReceiptWorld& world) {
  flow::ProofExtra extra{world.leaves[kIndex], {}};
  for (const std::uint64_t number : trust::excerpt_for(world.chain, {})) {
    extra.entries.push_back(world.chain.entries()[number]);
  }
  return extra;
}

merkle::Proof proof_of(const ReceiptWorld& world) {
  const receipt::Record record = world.record_of({}, "", kIndex);
  return {kIndex, record.evidence.path, world.checkpoint(full("relay")),
          flow::format_extra(extra_of(world))};
}

ProofVerdict judge(const merkle::Proof& proof, const flow::ProofTrust& trust = {root()}) {
  return flow::judge_proof(merkle::format_proof(proof), trust).value();
}

void check_refused(const merkle::Proof& proof, std::string_view reason) {
  const ProofVerdict verdict = judge(proof);
  CAPTURE(verdict.reason);
  CHECK(!verdict.verified());
  CHECK(!verdict.event);
  CHECK(verdict.reason.find(reason) != std::string::npos);
}

}  // namespace

TEST_CASE("a proof file holds with the root's key alone, and with the log's") {
  const ReceiptWorld world = busy(20);
  const merkle::Proof proof = proof_of(world);
  for (const flow::ProofTrust& trust :
       {flow::ProofTrust{root()}, flow::ProofTrust{verifier(full("relay")), false}}) {
    const ProofVerdict verdict = judge(proof, trust);
    CAPTURE(verdict.reason);
    REQUIRE(verdict.verified());
    CHECK(verdict.index == kIndex);
    CHECK(verdict.checkpoint.size == world.leaves.size());
    CHECK(verdict.event->event == "member.invite");
  }
  CHECK(!judge(proof, {verifier("county.example")}).verified());
  CHECK(!judge(proof, {root(), false}).verified());
}

TEST_CASE("each forgery of a proof file is refused, with its reason") {
  const ReceiptWorld world = busy(20);
  merkle::Proof proof = proof_of(world);
  flow::ProofExtra extra = extra_of(world);
  SUBCASE("another event") {
    extra.leaf = world.leaves[kIndex + 1];
    proof.extra = flow::format_extra(extra);
    check_refused(proof, "not proven to be in the log at 3");
  }
  SUBCASE("another index") {
    proof.index = kIndex + 1;
    check_refused(proof, "not proven to be in the log at 4");
  }
  SUBCASE("an index behind the log") {
    proof.index = 1000;
    check_refused(proof, "not proven to be in the log at 1000");
  }
  SUBCASE("a hash of the path changed, gone, one more") {
    merkle::Proof changed = proof;
    changed.path[1][0] ^= 1;
    check_refused(changed, "not proven");
    merkle::Proof shorter = proof;
    shorter.path.pop_back();
    check_refused(shorter, "not proven");
    merkle::Proof longer = proof;
    longer.path.push_back(proof.path.front());
    check_refused(longer, "not proven");
  }
  SUBCASE("a checkpoint that somebody else signed") {
    proof.checkpoint_note = world.checkpoint(full("olivia/laptop"));
    check_refused(proof, "not signed by the log that the root named");
  }
  SUBCASE("a checkpoint of another tree, signed by the log") {
    proof.checkpoint_note = busy(21).checkpoint(full("relay"));
    check_refused(proof, "not proven");
  }
  SUBCASE("no event in it") {
    proof.extra.clear();
    check_refused(proof, "does not hold the event");
  }
  SUBCASE("extra data of something else") {
    proof.extra = base::to_bytes(base::as_bytes("age-v1.2.1"));
    check_refused(proof, "is not that of an event");
  }
  SUBCASE("a chain without the relay") {
    extra.entries.pop_back();
    proof.extra = flow::format_extra(extra);
    check_refused(proof, "names no relay");
  }
  SUBCASE("a chain of another root") {
    trust::RelayStatement other = relay();
    other.log = verifier(full("relay") + "#2");
    extra.entries.back() = signed_by(other, {std::string(kOrganisation) + "#2"});
    proof.extra = flow::format_extra(extra);
    check_refused(proof, "its trust chain does not hold");
  }
}

TEST_CASE("what is no proof at all is malformed") {
  CHECK(flow::judge_proof("a letter", {root()}).error().code == base::Code::kMalformed);
}

TEST_CASE("the extra data is read as it is written, and nothing else is") {
  const flow::ProofExtra extra = extra_of(busy(20));
  const base::Bytes bytes = flow::format_extra(extra);
  const auto read = flow::parse_extra(bytes);
  REQUIRE(read);
  CHECK(read->leaf == extra.leaf);
  CHECK(read->entries == extra.entries);
  const std::string text(base::as_text(bytes));
  for (const std::string& bad :
       {std::string(), std::string("sealpost-event/1\n"), std::string("sealpost-event/1\n\n"),
        "sealpost-event/2" + text.substr(16), text.substr(0, text.size() - 1), text + "x",
        text.substr(0, text.find('\n', 20) + 1)}) {
    CAPTURE(bad);
    CHECK(!flow::parse_extra(base::as_bytes(bad)));
  }
}

TEST_CASE("a mirror proves each of its events, and none that it does not have") {
  const Scratch scratch;
  const ReceiptWorld world = busy(300);
  write(scratch.path / "mirror", world);
  for (const std::uint64_t index : {0UL, 255UL, 256UL, 299UL}) {
    const auto proven = flow::prove_from_mirror(scratch.path / "mirror", root(), index);
    REQUIRE_MESSAGE(proven, (proven ? "" : proven.error().text));
    const ProofVerdict verdict = flow::judge_proof(proven->file, {root()}).value();
    CHECK(verdict.verified());
    CHECK(verdict.leaf == world.leaves[index]);
  }
  CHECK(flow::prove_from_mirror(scratch.path / "mirror", root(), 300).error().code ==
        base::Code::kNotFound);
  flip(scratch.path / "mirror/tile/0/000");
  CHECK(flow::prove_from_mirror(scratch.path / "mirror", root(), 3).error().code ==
        base::Code::kVerificationFailed);
}
