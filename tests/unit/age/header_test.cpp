#include "age/header.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sealpost;

namespace {

// The example of c2sp.org/age, "Header".
const std::string kStanza =
    "-> X25519 XEl0dJ6y3C7KZkgmgWUicg63EyXJiwBJW8PdYJ/cYBE\n"
    "qRS0AMjdjPvZ/WT08U2KL4G+PIooA3hy38SvLpvaC1E\n";
const std::string kMac = "--- HK2NmOBN9Dpq0Gw6xMCuhFcQlQLvZ/wQUi/2scLG75s\n";
const std::string kVersion = "age-encryption.org/v1\n";

base::Result<age::Header> parse(const std::string& text) {
  return age::parse_header(base::as_bytes(text));
}
bool refused(const std::string& text) {
  const auto header = parse(text);
  return !header && header.error().code == base::Code::kMalformed;
}

}  // namespace

TEST_CASE("the header of the specification is taken apart") {
  const std::string text = kVersion + kStanza + kMac;
  const std::string file = text + "payload";
  const auto header = parse(file);
  REQUIRE(header);
  CHECK(header->size == text.size());
  REQUIRE(header->stanzas.size() == 1);
  const age::Stanza& stanza = header->stanzas.front();
  CHECK(stanza.type == "X25519");
  CHECK(stanza.arguments ==
        std::vector<std::string>{"XEl0dJ6y3C7KZkgmgWUicg63EyXJiwBJW8PdYJ/cYBE"});
  CHECK(stanza.body.size() == 32);
  CHECK(base::as_text(header->covered) == kVersion + kStanza + "---");
}

TEST_CASE("stanzas of any type, with or without arguments and body, are kept as they are") {
  const auto header = parse(kVersion + "-> a\n\n-> !\"#$ ~ 9\nAA\n" + kStanza + kMac);
  REQUIRE(header);
  REQUIRE(header->stanzas.size() == 3);
  CHECK(header->stanzas[0].arguments.empty());
  CHECK(header->stanzas[0].body.empty());
  CHECK(header->stanzas[1].type == "!\"#$");
  CHECK(header->stanzas[1].arguments == std::vector<std::string>{"~", "9"});
  CHECK(header->stanzas[1].body == base::Bytes{0});
}

TEST_CASE("a first line that is not exactly that of version 1 is refused") {
  CHECK(refused("age-encryption.org/v2\n" + kStanza + kMac));
  CHECK(refused("age-encryption.org/v1\r\n" + kStanza + kMac));
  CHECK(refused(" " + kVersion + kStanza + kMac));
  CHECK(refused(""));
}

TEST_CASE("a stanza that breaks the grammar is refused") {
  for (const char* stanza : {"->\n\n", "-> \n\n", "->  a\n\n", "-> a \n\n", "-> a  b\n\n",
                             "-> a\tb\n\n", "-> \xc3\xa4\n\n", "-> a\r\n\n", "a\n\n",
                             "-> a\nAA==\n", "-> a\nA\n", "-> a\nAB\n", "-> a\nA A\n", "-> a\n"}) {
    CAPTURE(stanza);
    CHECK(refused(kVersion + stanza + kMac));
  }
}

TEST_CASE("the lines of a body have 64 columns, and a shorter one ends it") {
  const std::string full(64, 'A');
  CHECK(parse(kVersion + "-> a\n" + full + "\n\n" + kMac));
  CHECK(parse(kVersion + "-> a\n" + full + "\n" + full + "\nAA\n" + kMac));
  CHECK(refused(kVersion + "-> a\n" + full + "\n" + kMac));
  CHECK(refused(kVersion + "-> a\n" + full + "A\n" + kMac));
  CHECK(refused(kVersion + "-> a\nAA\n" + full + "\n\n" + kMac));
}

TEST_CASE("a last line that is not exactly a MAC is refused") {
  const std::string mac = "HK2NmOBN9Dpq0Gw6xMCuhFcQlQLvZ/wQUi/2scLG75s";
  CHECK(parse(kVersion + kStanza + "--- " + mac + "\n"));
  for (const std::string& last :
       {std::string("---\n"), "---  " + mac + "\n", "---" + mac + "\n", "--- " + mac + " \n",
        "--- " + mac + "=\n", "--- " + mac + "\r\n", "--- " + mac, "--- " + mac.substr(1) + "\n",
        "--- " + mac.substr(0, 42) + "t\n"}) {
    CAPTURE(last);
    CHECK(refused(kVersion + kStanza + last));
  }
}

TEST_CASE("a header without stanzas is refused") { CHECK(refused(kVersion + kMac)); }

TEST_CASE("the end of a header is found in pieces, wherever they are cut") {
  const std::string text = kVersion + kStanza + kMac;
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    std::size_t from = 0;
    CHECK_FALSE(age::find_header_end(base::as_bytes(text.substr(0, cut)), from));
    const std::string longer = text + "--- \n";
    CHECK(age::find_header_end(base::as_bytes(longer), from) == text.size());
  }
}
