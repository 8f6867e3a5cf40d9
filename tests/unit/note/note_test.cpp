// Signed notes: the published vector, what a verifier must ignore, and what it must refuse.
#include "note/note.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "support/fakes.hpp"

namespace sealpost::note {
namespace {

using base::Code;

constexpr std::string_view kVkey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kText = "This is an example message.\n";
constexpr std::string_view kSignature =
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwH"
    "jG1Yu72IneyaQM=\n";

std::string example() { return std::string(kText) + "\n" + std::string(kSignature); }

Signer signer(std::string_view name, std::uint64_t seed = 1) {
  testing::FakeRandom random(seed);
  return *Signer::make(std::string(name), crypto::SigningKey::generate(random));
}

std::string line_of(std::string_view name, base::ByteView payload) {
  return "— " + std::string(name) + " " + base::to_base64(payload) + "\n";
}

void refuse(const std::string& bytes, std::string_view reason) {
  CAPTURE(bytes);
  const auto parsed = parse(bytes);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == Code::kMalformed);
  CHECK(parsed.error().text == reason);
}

void refuse_vkey(const std::string& vkey, std::string_view reason) {
  CAPTURE(vkey);
  const auto parsed = Verifier::parse(vkey);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == Code::kMalformed);
  CHECK(parsed.error().text == reason);
}

void refuse_signature(const base::Result<std::vector<Verifier>>& verdict, std::string_view reason) {
  REQUIRE_FALSE(verdict);
  CHECK(verdict.error().code == Code::kVerificationFailed);
  CHECK(verdict.error().text == reason);
}

}  // namespace

TEST_CASE("the published note verifies under the published key") {
  const auto key = Verifier::parse(kVkey);
  REQUIRE(key);
  CHECK(key->name() == "example.com/foo");
  CHECK(key->id() == 0x530d903a);
  CHECK(key->vkey() == kVkey);
  const auto note = parse(example());
  REQUIRE(note);
  CHECK(note->text == kText);
  REQUIRE(note->signatures.size() == 1);
  CHECK(note->signatures[0].key_id == 0x530d903a);
  CHECK(note->signatures[0].signature.size() == 64);
  CHECK(signed_by(*note, *key));
  CHECK(verify(*note, std::vector{*key}).value() == std::vector{*key});
}

TEST_CASE("any changed character of the signed text fails") {
  const auto key = *Verifier::parse(kVkey);
  for (std::size_t i = 0; i + 1 < kText.size(); ++i) {
    std::string changed = example();
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    refuse_signature(verify(*parse(changed), std::vector{key}),
                     "the signature of example.com/foo is wrong");
  }
}

TEST_CASE("what a signer writes, its verifier accepts, in the order of the signers") {
  const Signer lee = signer("mercy.example/dr.lee/laptop", 1);
  const Signer kim = signer("mercy.example/nurse.kim/phone", 2);
  const Signer* both[] = {&lee, &kim};
  const auto note = parse(sign("a: b\n", both));
  REQUIRE(note);
  CHECK(note->text == "a: b\n");
  const auto valid = verify(*note, std::vector{kim.verifier(), lee.verifier()});
  REQUIRE(valid);
  CHECK(*valid == std::vector{lee.verifier(), kim.verifier()});
  CHECK(sign("a: b\n", lee) == sign("a: b\n", lee.clone()));
  CHECK(lee.verifier() == *Verifier::parse(lee.verifier().vkey()));
}

TEST_CASE("signatures of unknown keys are ignored") {
  const Signer lee = signer("lee", 1);
  const Signer kim = signer("kim", 2);
  const Signer other_lee = signer("lee", 3);  // the same name, another key
  const Signer* all[] = {&kim, &other_lee, &lee};
  const auto note = *parse(sign("text\n", all));
  CHECK(verify(note, std::vector{lee.verifier()})->size() == 1);
  const auto odd = parse(sign("text\n", lee) + line_of("cosigner", base::Bytes(300, 9)));
  CHECK(signed_by(*odd, lee.verifier()));
}

TEST_CASE("a key is known by its name and its id together") {
  const Signer lee = signer("lee", 1);
  auto note = *parse(sign("text\n", lee));
  note.signatures[0].name = "kim";
  refuse_signature(verify(note, std::vector{lee.verifier()}), "no signature of a known key");
  note = *parse(sign("text\n", lee));
  note.signatures[0].key_id ^= 1;
  refuse_signature(verify(note, std::vector{lee.verifier()}), "no signature of a known key");
}

TEST_CASE("a note that no known key signed is refused") {
  const Signer lee = signer("lee", 1);
  const auto note = *parse(sign("text\n", lee));
  refuse_signature(verify(note, std::vector{signer("kim", 1).verifier()}),
                   "no signature of a known key");
  refuse_signature(verify(note, std::vector{signer("lee", 2).verifier()}),
                   "no signature of a known key");
  refuse_signature(verify(note, {}), "no signature of a known key");
}

TEST_CASE("one failing signature of a known key refuses the note, whoever else signed it") {
  const Signer lee = signer("lee", 1);
  const Signer kim = signer("kim", 2);
  const std::vector known{lee.verifier(), kim.verifier()};
  const std::string foreign = kim.signature_line("another text\n");
  refuse_signature(verify(*parse(sign("text\n", lee) + foreign), known),
                   "the signature of kim is wrong");
  const std::string foreign_lee = lee.signature_line("another text\n");
  refuse_signature(verify(*parse(sign("text\n", lee) + foreign_lee), known),
                   "the signature of lee is wrong");
  CHECK_FALSE(signed_by(*parse(sign("text\n", lee) + foreign_lee), lee.verifier()));
}

TEST_CASE("a signature of a known key with a byte too few or too many is wrong") {
  const Signer lee = signer("lee", 1);
  for (std::size_t size : {1UL, 63UL, 65UL}) {
    auto note = *parse(sign("text\n", lee));
    note.signatures[0].signature.resize(size);
    refuse_signature(verify(note, std::vector{lee.verifier()}), "the signature of lee is wrong");
  }
}

TEST_CASE("a valid signature given twice counts once") {
  const Signer lee = signer("lee", 1);
  const auto note = parse(sign("text\n", lee) + lee.signature_line("text\n"));
  CHECK(verify(*note, std::vector{lee.verifier(), lee.verifier()})->size() == 1);
}

TEST_CASE("the signatures begin after the last empty line") {
  const Signer lee = signer("lee", 1);
  const auto note = parse(sign("one\n\n— not a signature\n\ntwo\n", lee));
  REQUIRE(note);
  CHECK(note->text == "one\n\n— not a signature\n\ntwo\n");
  CHECK(signed_by(*note, lee.verifier()));
}

TEST_CASE("a note out of form is refused for what is wrong with it") {
  const std::string text(kText);
  const std::string line(kSignature);
  refuse("", "a signed note without an empty line");
  refuse(text + line, "a signed note without an empty line");
  refuse(text + "\n", "a signed note without signatures");
  refuse(text + "\n" + line.substr(0, line.size() - 1),
         "a signed note that does not end with a newline");
  refuse(text + "\n" + line + "\n", "a signed note without signatures");
  refuse(text + "\n" + line + "more\n", "a signature line that does not begin with a dash");
  refuse(text + "\n- " + line.substr(4), "a signature line that does not begin with a dash");
  refuse(text + "\n—" + line.substr(4), "a signature line that does not begin with a dash");
  refuse(text + "\n— name\n", "a signature line without a signature");
  refuse(text + "\n—  AAAAAAA=\n", "a signature line with an impossible key name");
  refuse(text + "\n— a+b AAAAAAA=\n", "a signature line with an impossible key name");
  refuse(text + "\n— a\u00a0b AAAAAAA=\n", "a signature line with an impossible key name");
  refuse(text + "\n— name \n", "a signature that is too short");
  refuse(text + "\n— name AAAAAA==\n", "a signature that is too short");
  refuse(text + "\n— name AAAA AAA=\n", "a signature that is not base64");
  refuse(text + "\n— name AAAAAAA\n", "a signature that is not base64");
  refuse(text + "\n— name AAAAAAB=\n", "a signature that is not base64");
  refuse("tab\t\n\n" + line, "a signed note with control characters");
  refuse("crlf\r\n\n" + line, "a signed note with control characters");
  refuse(std::string("nul\0\n\n", 6) + line, "a signed note with control characters");
  refuse("bad \xff\n\n" + line, "a signed note that is not UTF-8");
  refuse("bad \xed\xa0\x80\n\n" + line, "a signed note that is not UTF-8");
}

TEST_CASE("a note carries 32 signatures, and not one more") {
  std::string bytes = std::string(kText) + "\n";
  for (std::size_t i = 0; i < kMaxSignatures; ++i) bytes += kSignature;
  CHECK(parse(bytes)->signatures.size() == kMaxSignatures);
  refuse(bytes + std::string(kSignature), "a signed note with too many signatures");
}

TEST_CASE("a note is at most one mebibyte") {
  const std::string tail = "\n\n" + std::string(kSignature);
  CHECK(parse(std::string(kMaxNoteSize - tail.size(), 'x') + tail));
  const auto parsed = parse(std::string(kMaxNoteSize - tail.size() + 1, 'x') + tail);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().text == "a signed note that is too long");
}

TEST_CASE("a verifier key out of form is refused for what is wrong with it") {
  const std::string base64 = "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  refuse_vkey("", "not a verifier key");
  refuse_vkey("example.com/foo", "not a verifier key");
  refuse_vkey("example.com/foo+530d903a", "not a verifier key");
  refuse_vkey("example.com/foo+530d903b+" + base64, "a verifier key whose hash is wrong");
  refuse_vkey("example.com/foo+530D903A+" + base64, "a verifier key whose hash is wrong");
  refuse_vkey("example.com/foo+0530d903a+" + base64, "a verifier key whose hash is wrong");
  refuse_vkey("example.com/fo+530d903a+" + base64, "a verifier key whose hash is wrong");
  refuse_vkey("example.com/foo+530d903a+" + base64 + "A", "a verifier key that is not base64");
  refuse_vkey("example.com/foo+530d903a+ " + base64, "a verifier key that is not base64");
  refuse_vkey("example.com/foo+530d903a+", "a verifier key that is not base64");
  refuse_vkey("example.com/foo+530d903a+AQID", "a verifier key of the wrong length");
  refuse_vkey("example.com/foo+530d903a+B" + base64.substr(1),
              "a verifier key of an unknown algorithm");
  refuse_vkey("+530d903a+" + base64,
              "a key's name is not empty and holds neither spaces nor \"+\"");
  refuse_vkey("a b+530d903a+" + base64,
              "a key's name is not empty and holds neither spaces nor \"+\"");
}

TEST_CASE("a key's name holds no Unicode space, plus sign or broken UTF-8") {
  const crypto::VerifyKey key{};
  for (const char* name : {"", "a b", "a\tb", "a\nb", "a+b", "a\u0085", "\u00a0", "\u1680",
                           "\u2003", "\u2028", "\u202f", "\u205f", "\u3000", "a\xff"}) {
    CAPTURE(name);
    CHECK(Verifier::make(name, key).error().code == Code::kMalformed);
  }
  CHECK(Verifier::make("mercy.example/dr.lee/laptop", key));
  CHECK(Verifier::make("klinik-süd.example", key));
}

}  // namespace sealpost::note
