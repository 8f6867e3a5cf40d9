// Cosignatures, against one that a public witness has made.
#include "note/cosignature.hpp"

#include <doctest/doctest.h>

#include "text/time.hpp"

using namespace sealpost;
using base::Code;

namespace {

// The witness remora.n621.de on a checkpoint of a public test log, on 23 May 2026.
constexpr std::string_view kWitness =
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
constexpr std::string_view kTree =
    "arche2025h1.staging.ct.transparency.dev\n"
    "1432088532\n"
    "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n";
constexpr std::string_view kLine =
    "\xE2\x80\x94 remora.n621.de "
    "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/"
    "zZ0WBxtqB0DrAWfBw==\n";

note::Note note_of(std::string_view tree, std::string_view line) {
  return note::parse(std::string(tree) + "\n" + std::string(line)).value();
}

note::Signer log_key() {
  crypto::SigningSeed seed = crypto::SigningSeed::from(base::Bytes(32, 7)).value();
  return note::Signer::make("mercy.example/relay", crypto::SigningKey::from_seed(seed)).value();
}

base::Time at(std::string_view time) { return text::parse_time(time).value(); }

}  // namespace

TEST_CASE("a public witness's cosignature verifies, and says when it was made") {
  const note::Cosigner witness = note::Cosigner::parse(kWitness).value();
  CHECK(witness.name() == "remora.n621.de");
  CHECK(witness.id() == 0xda77ade7);
  CHECK(witness.vkey() == kWitness);
  const auto when = note::cosigned_at(note_of(kTree, kLine), witness).value();
  REQUIRE(when.has_value());
  CHECK(text::format_time(*when) == "2026-05-23T21:50:24Z");
}

TEST_CASE("a cosignature covers the time, the origin, the size and the root") {
  const note::Cosigner witness = note::Cosigner::parse(kWitness).value();
  const auto fails = [&](std::string_view tree, std::string_view line) {
    const auto when = note::cosigned_at(note_of(tree, line), witness);
    return !when && when.error().code == Code::kVerificationFailed;
  };
  for (std::size_t i = 0; i < kTree.size(); ++i) {
    if (kTree[i] == '\n') continue;
    std::string tree(kTree);
    tree[i] = tree[i] == '0' ? '1' : '0';
    CAPTURE(i);
    CHECK(fails(tree, kLine));
  }
  std::string later(kLine);
  later.replace(later.find("qEiEg"), 5, "qEiEh");
  CHECK(fails(kTree, later));
  CHECK(fails(kTree, "\xE2\x80\x94 remora.n621.de 2net5wAAAABqEiEg\n"));
}

TEST_CASE("the log's own key signs a checkpoint and, under another id, the time") {
  const note::Signer log = log_key();
  const note::Cosigner cosigner = note::Cosigner::of(log.verifier());
  CHECK(cosigner.id() != log.verifier().id());
  const std::string tree = "mercy.example/relay\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
  const base::Time noon = at("2026-11-21T12:00:00Z");
  std::string text = note::sign(tree, log);
  CHECK_FALSE(note::cosigned_at(note::parse(text).value(), cosigner).value().has_value());
  text += note::cosignature_line(tree, log, noon + base::milliseconds(999));
  const note::Note note = note::parse(text).value();
  CHECK(note::signed_by_log(note, log.verifier()));
  std::string other = text;
  other.replace(other.size() - 8, 1, other[other.size() - 8] == 'A' ? "B" : "A");
  CHECK(note::signed_by(note::parse(other).value(), log.verifier()));
  CHECK_FALSE(note::signed_by_log(note::parse(other).value(), log.verifier()));
  CHECK(note::cosigned_at(note, cosigner).value() == noon);
  // Several: the newest counts, and each of them must hold.
  const std::string more = text + note::cosignature_line(tree, log, noon - std::chrono::hours(1));
  CHECK(note::cosigned_at(note::parse(more).value(), cosigner).value() == noon);
}

TEST_CASE("a cosignature is no signature of the note, and the other way round") {
  const note::Signer log = log_key();
  const std::string tree = "mercy.example/relay\n0\nx\n";
  const std::string line = note::cosignature_line(tree, log, at("2026-11-21T12:00:00Z"));
  CHECK_FALSE(note::signed_by(note_of(tree, line), log.verifier()));
  const note::Cosigner cosigner = note::Cosigner::of(log.verifier());
  CHECK_FALSE(
      note::cosigned_at(note_of(tree, log.signature_line(tree)), cosigner).value().has_value());
}

TEST_CASE("a cosigner's key is of its own type") {
  CHECK_FALSE(note::Verifier::parse(kWitness).has_value());
  CHECK_FALSE(note::Cosigner::parse(log_key().verifier().vkey()).has_value());
  CHECK_FALSE(note::Cosigner::parse("remora.n621.de+da77ade8+"
                                    "BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")
                  .has_value());
  CHECK_FALSE(note::Cosigner::make("two words", log_key().verifier().key()).has_value());
}
