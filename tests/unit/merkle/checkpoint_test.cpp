// The texts of C2SP tlog-checkpoint and tlog-proof.
#include <doctest/doctest.h>

#include "merkle/checkpoint.hpp"

namespace sealpost::merkle {
namespace {

constexpr std::string_view kCheckpoint =
    "mercy.example/relay\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
constexpr std::string_view kHash = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

std::string checkpoint(std::string_view origin, std::string_view size, std::string_view root,
                       std::string_view rest = "") {
  return std::string(origin) + "\n" + std::string(size) + "\n" + std::string(root) + "\n" +
         std::string(rest);
}

void refuse_checkpoint(const std::string& text, std::string_view reason) {
  CAPTURE(text);
  const auto parsed = parse_checkpoint(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == base::Code::kMalformed);
  CHECK(parsed.error().text == reason);
}

void refuse_proof(const std::string& text, std::string_view reason) {
  CAPTURE(text);
  const auto parsed = parse_proof(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == base::Code::kMalformed);
  CHECK(parsed.error().text == reason);
}

Proof example_proof() {
  const Digest hash = parse_checkpoint(kCheckpoint)->root;
  return {4711, {hash, Digest{}, hash}, std::string(kCheckpoint) + "\n— signature\n\nodd\n"};
}

}  // namespace

TEST_CASE("a checkpoint is read and written as the specification's example") {
  const auto parsed = parse_checkpoint(kCheckpoint);
  REQUIRE(parsed);
  CHECK(parsed->origin == "mercy.example/relay");
  CHECK(parsed->size == 20852163);
  CHECK(parsed->root[0] == 0x0a);
  CHECK(format_checkpoint(*parsed) == kCheckpoint);
}

TEST_CASE("extension lines of a checkpoint are ignored") {
  const auto parsed = parse_checkpoint(std::string(kCheckpoint) + "more\nand more\n");
  REQUIRE(parsed);
  CHECK(*parsed == *parse_checkpoint(kCheckpoint));
}

TEST_CASE("a checkpoint out of form is refused for what is wrong with it") {
  refuse_checkpoint("", "a checkpoint that does not end with a newline");
  refuse_checkpoint("\n", "a checkpoint of fewer than three lines");
  refuse_checkpoint("log\n1\n", "a checkpoint of fewer than three lines");
  refuse_checkpoint("log\n1\n" + std::string(kHash),
                    "a checkpoint that does not end with a newline");
  refuse_checkpoint(checkpoint("", "1", kHash), "a checkpoint with an empty line");
  refuse_checkpoint(checkpoint("log", "1", kHash, "\n"), "a checkpoint with an empty line");
  refuse_checkpoint(checkpoint("a log", "1", kHash),
                    "a checkpoint whose origin holds a space or \"+\"");
  for (const char* size :
       {"-1", "+1", "01", "1.0", " 1", "1 ", "0x1", "one", "18446744073709551616"}) {
    refuse_checkpoint(checkpoint("log", size, kHash), "a checkpoint whose size is no whole number");
  }
  for (const char* root : {"AAAA", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I",
                           "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=",
                           " CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="}) {
    refuse_checkpoint(checkpoint("log", "1", root),
                      "a checkpoint whose root is no SHA-256 hash in base64");
  }
  CHECK(parse_checkpoint(checkpoint("log", "18446744073709551615", kHash)));
}

TEST_CASE("a proof survives writing and reading, its checkpoint verbatim") {
  Proof proof = example_proof();
  const std::string text = format_proof(proof);
  CHECK(text.starts_with("c2sp.org/tlog-proof@v1\nindex 4711\nCsUY"));
  auto parsed = parse_proof(text);
  REQUIRE(parsed);
  CHECK(parsed->index == proof.index);
  CHECK(parsed->path == proof.path);
  CHECK(parsed->checkpoint_note == proof.checkpoint_note);
  CHECK(parsed->extra.empty());

  proof.extra = {1, 2, 3};
  CHECK(format_proof(proof).starts_with("c2sp.org/tlog-proof@v1\nextra AQID\nindex 4711\n"));
  CHECK(parse_proof(format_proof(proof))->extra == proof.extra);

  proof.path.clear();
  parsed = parse_proof(format_proof(proof));
  REQUIRE(parsed);
  CHECK(parsed->path.empty());
}

TEST_CASE("a proof out of form is refused for what is wrong with it") {
  const std::string head = "c2sp.org/tlog-proof@v1\n";
  const std::string hash = std::string(kHash) + "\n";
  refuse_proof("", "a proof without an empty line");
  refuse_proof(head + "index 1\n" + hash, "a proof without an empty line");
  refuse_proof("c2sp.org/tlog-proof@v2\nindex 1\n\nx\n", "not a tlog-proof of version 1");
  refuse_proof(head + "\nx\n", "a proof without an index");
  refuse_proof(head + "index\n\nx\n", "a proof without an index");
  refuse_proof(head + "index 01\n\nx\n", "a proof without an index");
  refuse_proof(head + "index -1\n\nx\n", "a proof without an index");
  refuse_proof(head + "index 1\nindex 1\n\nx\n", "a proof with a line that is no hash");
  refuse_proof(head + "index 1\nAAAA\n\nx\n", "a proof with a line that is no hash");
  refuse_proof(head + "index 1\nextra AQID\n\nx\n", "a proof with a line that is no hash");
  refuse_proof(head + "extra ?\nindex 1\n\nx\n", "a proof whose extra data is not base64");
  refuse_proof(head + "extra \nindex 1\n\nx\n", "a proof whose extra data is not base64");
  refuse_proof(head + "index 1\n\n", "a proof without a checkpoint");
  std::string long_path = head + "index 1\n";
  for (int i = 0; i < 65; ++i) long_path += hash;
  refuse_proof(long_path + "\nx\n", "a proof with too many hashes");
}

}  // namespace sealpost::merkle
