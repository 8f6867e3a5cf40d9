#include "flow/inspect.hpp"

#include <doctest/doctest.h>

#include "age/armor.hpp"
#include "age/file.hpp"
#include "age/key_file.hpp"
#include "age/scrypt.hpp"
#include "audit/event.hpp"
#include "base/encoding.hpp"
#include "merkle/checkpoint.hpp"
#include "message/attachment.hpp"
#include "message/header.hpp"
#include "support/fakes.hpp"
#include "trust/invitation_token.hpp"
#include "unit/trust/golden.hpp"
#include "unit/trust/world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using flow::Inspection;
using trust::Role;

namespace {

const std::string kRoot(kOrganisation);

base::Result<Inspection> try_inspect(std::string_view bytes,
                                     const std::optional<note::Verifier>& root = std::nullopt) {
  return flow::inspect({base::as_bytes(bytes), bytes.size()}, root);
}

Inspection inspected(std::string_view bytes,
                     const std::optional<note::Verifier>& root = std::nullopt) {
  auto found = try_inspect(bytes, root);
  REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().text));
  return *std::move(found);
}

std::string text_at(const Inspection& found, const char* name) {
  return found.findings.at(name).get<std::string>();
}

std::string signature(const Inspection& found, std::size_t i) {
  return found.findings.at("signatures").at(i).at("signature").get<std::string>();
}

std::string age_file(std::size_t length, FakeRandom& random) {
  const auto one = age::X25519Identity::generate(random);
  const auto two = age::X25519Identity::generate(random);
  const std::array<const age::Recipient*, 2> recipients{&one.recipient(), &two.recipient()};
  const auto file_key = age::FileKey::random(random);
  base::Bytes file = age::seal_header(file_key, recipients, random).value();
  base::append(file, age::seal_payload(file_key, base::Bytes(length, 'x'), random));
  return std::string(base::as_text(file));
}

std::string armored(std::string_view file) {
  base::MemorySink sink;
  age::ArmorSink armor(sink);
  REQUIRE(armor.write(base::as_bytes(file)).has_value());
  REQUIRE(armor.finish().has_value());
  return std::string(base::as_text(sink.bytes()));
}

message::Header header() {
  message::Header header;
  header.id = "01936f5e-7c00-7a3b-8f00-0123456789ab";
  header.from = full("dr.lee/laptop");
  header.to = {full("nurse.kim")};
  header.sent = kNoon;
  header.expires = kNoon + kDay;
  header.purpose = "test";
  header.content_type = "text/plain; charset=utf-8";
  header.body_length = 5;
  header.body_sha256 = crypto::sha256(base::as_bytes("hello"));
  message::Attachment attachment;
  attachment.name = "scan.dcm";
  attachment.size = 100;
  attachment.media_type = "application/dicom";
  attachment.blob = "00112233445566778899aabbccddeeff";
  attachment.ciphertext_size = message::blob_ciphertext_size(attachment.size);
  attachment.key = base::to_base64(crypto::sha256(base::as_bytes("attachment key")));
  header.attachments = {attachment};
  return header;
}

std::string chain_file(const trust::Chain& chain) {
  std::string file;
  for (const std::string& entry : chain.entries()) file += entry;
  return file;
}

trust::Chain small_chain() {
  trust::Chain chain = founded();
  must(chain, signed_by(relay(), {kRoot}));
  add_device(chain, "olivia/laptop", Role::kOwner);
  must(chain, signed_by(invitation("dr.lee", Role::kMember, 1), {kRoot}));
  return chain;
}

std::string checkpoint_note() {
  const merkle::Checkpoint checkpoint{full("relay"), 7, crypto::sha256(base::as_bytes("tree"))};
  return signed_by(merkle::format_checkpoint(checkpoint), {full("relay")});
}

}  // namespace

TEST_CASE("an age file tells its recipients and how much it holds") {
  FakeRandom random;
  for (const std::size_t length : {0U, 1U, 65535U, 65536U, 65537U, 131072U}) {
    CAPTURE(length);
    const std::string file = age_file(length, random);
    for (const bool armor : {false, true}) {
      const Inspection found = inspected(armor ? armored(file) : file);
      CHECK(found.kind == "age-file");
      CHECK(found.summary == "an age file (2 X25519)");
      CHECK(found.findings.at("armored") == armor);
      CHECK(found.findings.at("plaintext_bytes") == length);
      CHECK(found.findings.at("stanzas").size() == 2);
      CHECK_FALSE(found.findings.contains("problem"));
    }
  }
}

TEST_CASE("the work factor of a passphrase is told") {
  FakeRandom random;
  const age::ScryptRecipient passphrase(base::as_bytes("correct horse"), 10);
  const std::array<const age::Recipient*, 1> recipients{&passphrase};
  const auto header = age::seal_header(age::FileKey::random(random), recipients, random).value();
  const Inspection found = inspected(std::string(base::as_text(header)) + std::string(32, 'x'));
  CHECK(found.findings.at("stanzas").at(0).at("type") == "scrypt");
  CHECK(found.findings.at("stanzas").at(0).at("work_factor") == "10");
}

TEST_CASE("an age file that is cut off is recognised, and one with a broken header refused") {
  FakeRandom random;
  const std::string file = age_file(1, random);
  const std::size_t payload = 16 + 1 + 16;
  CHECK(inspected(file.substr(0, file.size() - 2)).findings.contains("problem"));
  CHECK(inspected(file.substr(0, file.size() - payload)).findings.contains("problem"));
  CHECK(try_inspect(file.substr(0, file.size() - payload - 1)).error().code == Code::kMalformed);
  CHECK_FALSE(try_inspect(armored(file) + "more").has_value());
}

TEST_CASE("a large age file is recognised by its beginning") {
  FakeRandom random;
  const std::string file = age_file(10000, random);
  const auto head = base::as_bytes(file).first(1000);
  const auto binary = flow::inspect({head, std::uint64_t{1} << 40}, std::nullopt).value();
  CHECK(binary.kind == "age-file");
  CHECK(binary.findings.at("plaintext_bytes").get<std::uint64_t>() > std::uint64_t{1} << 39);
  const std::string armor = armored(file);
  const auto text = flow::inspect({base::as_bytes(armor).first(1000), armor.size()}, std::nullopt);
  CHECK(text.value().kind == "age-file");
  CHECK_FALSE(text.value().findings.contains("plaintext_bytes"));
  CHECK_FALSE(flow::inspect({base::as_bytes("hello"), 1 << 30}, std::nullopt).has_value());
}

TEST_CASE("keys are recognised, and an identity tells its public half only") {
  FakeRandom random;
  const auto identity = age::X25519Identity::generate(random);
  const auto file = age::format_identity_file(identity, "2026-11-21T12:00:00Z");
  const Inspection secret = inspected(file.expose_text());
  CHECK(secret.kind == "age-identity");
  CHECK(secret.findings.at("recipients").at(0) == identity.recipient().str());
  CHECK(secret.findings.dump().find("SECRET") == std::string::npos);
  CHECK(inspected(identity.recipient().str() + "\n").kind == "age-recipient");
  const Inspection vkey = inspected(verifier(kRoot).vkey() + "\n");
  CHECK(vkey.kind == "verifier-key");
  CHECK(text_at(vkey, "name") == "mercy.example");
  CHECK(text_at(vkey, "key") == "251fe40c");
}

TEST_CASE("every kind of statement is recognised, with its fields and who signed it") {
  struct Row {
    std::string_view note;
    const char* kind;
    std::vector<std::string> signatures;
  };
  for (const Row& row : {
           Row{kGoldenOrganisation, "organisation", {"valid"}},
           Row{kGoldenRelay, "relay", {"unknown-key"}},
           Row{kGoldenInvitation, "invitation", {"unknown-key"}},
           Row{kGoldenCertificate, "certificate", {"unknown-key", "valid"}},
           Row{kGoldenRevocation, "revocation", {"unknown-key"}},
           Row{kGoldenPrekey, "prekey", {"unknown-key"}},
       }) {
    CAPTURE(row.kind);
    const Inspection found = inspected(row.note);
    CHECK(found.kind == row.kind);
    CHECK(text_at(found, "sha256") == hash_of(row.note));
    CHECK_FALSE(found.findings.contains("problem"));
    CHECK_FALSE(found.failure.has_value());
    REQUIRE(found.findings.at("signatures").size() == row.signatures.size());
    for (std::size_t i = 0; i < row.signatures.size(); ++i) {
      CHECK(signature(found, i) == row.signatures[i]);
    }
  }
  const Inspection service = inspected(kGoldenInvitation);
  CHECK(service.findings.at("fields").at("purpose").dump() == R"(["billing","test-results"])");
  CHECK(service.findings.at("fields").at("user") == "bot");
}

TEST_CASE("a root that is given makes the difference between unknown, valid and wrong") {
  CHECK(signature(inspected(kGoldenRelay, verifier(kRoot)), 0) == "valid");
  CHECK(signature(inspected(kGoldenRelay, verifier(kRoot + "#evil")), 0) == "unknown-key");
  std::string changed(kGoldenRelay);
  changed.replace(changed.find("8443"), 4, "8444");
  const Inspection found = inspected(changed, verifier(kRoot));
  CHECK(signature(found, 0) == "wrong");
  REQUIRE(found.failure.has_value());
  CHECK(found.failure->code == Code::kVerificationFailed);
}

TEST_CASE("a statement out of form or of an unknown kind is shown for what it is") {
  const Inspection odd = inspected(signed_by("sealpost/v1/receipt\nstate: eaten\n", {kRoot}));
  CHECK(odd.kind == "receipt");
  CHECK(odd.findings.contains("problem"));
  const Inspection unknown = inspected(signed_by("sealpost/v1/coronation\nking: me\n", {kRoot}));
  CHECK(unknown.kind == "statement");
  CHECK(unknown.findings.at("fields").at("king") == "me");
  const Inspection other = inspected(signed_by("This is an example message.\n", {kRoot}));
  CHECK(other.kind == "signed-note");
  CHECK(text_at(other, "text") == "This is an example message.\n");
}

TEST_CASE("an attachment's key is told in no form of a message") {
  const message::Header value = header();
  const std::string note = signed_by(message::format_header(value).value(), {value.from});
  const auto framed = message::frame(note, base::as_bytes("hello"));
  for (const std::string& bytes : {note, std::string(base::as_text(framed.expose()))}) {
    const Inspection found = inspected(bytes);
    CHECK(found.kind == "message");
    CHECK(found.findings.at("attachments").at(0).at("name") == "scan.dcm");
    CHECK(found.findings.dump().find(value.attachments[0].key) == std::string::npos);
  }
  std::string odd(note);
  odd.replace(odd.find("purpose: test"), 13, "purpose: T!!!");
  CHECK(inspected(odd).findings.dump().find(value.attachments[0].key) == std::string::npos);
}

TEST_CASE("the body of a decrypted message is checked against its header") {
  const message::Header value = header();
  const std::string note = signed_by(message::format_header(value).value(), {value.from});
  const auto honest = message::frame(note, base::as_bytes("hello"));
  CHECK_FALSE(inspected(base::as_text(honest.expose())).failure.has_value());
  const auto forged = message::frame(note, base::as_bytes("jello"));
  CHECK(inspected(base::as_text(forged.expose())).failure->code == Code::kVerificationFailed);
}

TEST_CASE("an invitation tells everything but its secret") {
  const Inspection found = inspected("  " + std::string(kGoldenToken) + "\n");
  CHECK(found.kind == "invitation-token");
  CHECK(text_at(found, "organisation") == "mercy.example");
  CHECK(text_at(found, "user") == "bot");
  CHECK(text_at(found, "role") == "service");
  CHECK(text_at(found, "relay") == "https://relay.mercy.example:8443");
  CHECK(signature(found, 0) == "valid");
  const auto seed = key(invitation_key(0xa1)).key().seed();
  const std::string all = found.findings.dump();
  CHECK(all.find(base::to_hex(seed.expose())) == std::string::npos);
  CHECK(all.find(base::to_base64(seed.expose()).substr(0, 20)) == std::string::npos);
  CHECK(all.find(kGoldenToken.substr(30, 30)) == std::string::npos);
  CHECK(signature(inspected(kGoldenToken, verifier(kRoot + "#evil")), 0) == "unknown-key");
}

TEST_CASE("a trust chain is verified, against the root that it names or the one that is given") {
  const trust::Chain chain = small_chain();
  const std::string file = chain_file(chain);
  const Inspection alone = inspected(file);
  CHECK(alone.kind == "trust-chain");
  CHECK(alone.findings.at("entries") == 4);
  CHECK(alone.findings.at("verified_entries") == 4);
  CHECK(text_at(alone, "head") == base::to_base64(chain.head()));
  CHECK(text_at(alone, "checked_against") == "the root that it names");
  CHECK(alone.findings.at("open_invitations") == 1);
  CHECK(alone.findings.at("devices").at(0).at("device") == "mercy.example/olivia/laptop");
  CHECK_FALSE(alone.failure.has_value());
  CHECK(text_at(inspected(file, verifier(kRoot)), "checked_against") == "the root that was given");

  const Inspection other = inspected(file, verifier(kRoot + "#evil"));
  CHECK(other.findings.at("verified_entries") == 0);
  CHECK(other.failure->code == Code::kVerificationFailed);
  std::string tampered(file);
  tampered.replace(tampered.find("user: dr.lee"), 12, "user: dr.leo");
  CHECK(inspected(tampered).failure->text.find("entry 3") != std::string::npos);
}

TEST_CASE("checkpoints, proofs and audit leaves are recognised") {
  const Inspection checkpoint = inspected(checkpoint_note(), verifier(full("relay")));
  CHECK(checkpoint.kind == "checkpoint");
  CHECK(text_at(checkpoint, "origin") == "mercy.example/relay");
  CHECK(checkpoint.findings.at("size") == 7);
  CHECK(signature(checkpoint, 0) == "valid");

  merkle::Proof proof;
  proof.index = 3;
  proof.path = {crypto::sha256(base::as_bytes("a")), crypto::sha256(base::as_bytes("b"))};
  proof.checkpoint_note = checkpoint_note();
  const Inspection proven = inspected(merkle::format_proof(proof));
  CHECK(proven.kind == "tlog-proof");
  CHECK(proven.findings.at("index") == 3);
  CHECK(proven.findings.at("path_hashes") == 2);
  CHECK(proven.findings.at("size") == 7);
  CHECK(signature(proven, 0) == "unknown-key");

  audit::Event event;
  event.at = kNoon;
  event.event = "service.start";
  event.actor = full("relay");
  const auto leaf = audit::to_leaf(event).value();
  const Inspection found = inspected(std::string(base::as_text(leaf)) + "\n");
  CHECK(found.kind == "audit-leaf");
  CHECK(found.findings.at("event").at("event") == "service.start");
  CHECK(text_at(found, "leaf_hash") == base::to_base64(merkle::leaf_hash(leaf)));
}

TEST_CASE("what is nothing that is known is refused") {
  for (const char* bytes :
       {"", "\n", "hello", "a+b+c", "{}", "{\"v\":1}", "age1qqq", "AGE-SECRET-KEY-1QQQ",
        "sealpost/v1/receipt\nstate: read\n", "sealpost-invitation-1-", "sealpost-message/1 1 1\n",
        "c2sp.org/tlog-proof@v1\n", "age-encryption.org/v1\n", "age-encryption.org/v2\n",
        "-----BEGIN AGE ENCRYPTED FILE-----\n"}) {
    CAPTURE(bytes);
    CHECK_FALSE(try_inspect(bytes).has_value());
  }
  CHECK(try_inspect(std::string("\0\0\0", 3)).error().code == Code::kMalformed);
}

TEST_CASE("a damaged artefact is never taken for something else, and never crashes") {
  FakeRandom random;
  for (const std::string& whole :
       {std::string(kGoldenCertificate), std::string(kGoldenToken), checkpoint_note(),
        chain_file(small_chain()), age_file(10, random)}) {
    const std::string kind = inspected(whole).kind;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x15);
      const auto found = try_inspect(damaged);
      try_inspect(std::string_view(whole).substr(0, i)).has_value();
      if (found && found->kind == kind) continue;
      if (found) CHECK((found->kind == "statement" || found->kind == "signed-note"));
    }
  }
}
