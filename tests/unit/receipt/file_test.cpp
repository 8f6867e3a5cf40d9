#include "receipt/file.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "note/note.hpp"

using namespace sealpost;
using base::Code;
using receipt::File;

namespace {

note::Signer signer(const std::string& name) {
  const auto seed = crypto::sha256(base::as_bytes("sealpost test key " + name));
  return note::Signer::make(name, crypto::SigningKey::from_seed(*crypto::SigningSeed::from(seed)))
      .value();
}

receipt::Record record(std::optional<std::uint64_t> entry, std::uint64_t index) {
  const std::string text = "statement " + std::to_string(index) + "\n";
  return {entry,
          {note::sign(text, signer("mercy.example")),
           index,
           base::to_bytes("{\"leaf\":" + std::to_string(index) + "}"),
           {crypto::sha256(base::as_bytes(text))}}};
}

File sample() {
  File file{"01936f5e-7c00-7a3b-8f00-0123456789ab", "mercy.example/dr.lee/laptop", {}, {}, {}};
  file.message_sha256.fill(7);
  file.checkpoint = note::sign("mercy.example/relay\n9\nroot\n", signer("mercy.example/relay"));
  file.records = {record(0, 0), record(12, 3), record({}, 8)};
  return file;
}

std::string written() { return receipt::format_file(sample()).value(); }

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string refusal_of(std::string_view text) {
  const auto parsed = receipt::parse_file(text);
  REQUIRE(!parsed);
  CHECK(parsed.error().code == Code::kMalformed);
  return parsed.error().text;
}

bool says(const std::string& text, std::string_view what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("a receipt file comes out byte for byte as the manual says") {
  File file = sample();
  file.records = {record({}, 8)};
  const std::string& statement = file.records[0].evidence.statement;
  CHECK(receipt::format_file(file).value() ==
        "sealpost-receipt/1\n"
        "message: 01936f5e-7c00-7a3b-8f00-0123456789ab\n"
        "from: mercy.example/dr.lee/laptop\n"
        "message-sha256: 0707070707070707070707070707070707070707070707070707070707070707\n"
        "records: 1\n"
        "\n"
        "receipt\n"
        "statement 3\n" +
            statement +
            "leaf\n"
            "{\"leaf\":8}\n"
            "proof 9\n"
            "c2sp.org/tlog-proof@v1\n"
            "index 8\n"
            "7daKFBYHuxRSkFrdQ+9zJWLjaQI/ZJtK7QYDQkWl3yY=\n"
            "\n" +
            file.checkpoint);
}

TEST_CASE("what was written is read again") {
  const File file = receipt::parse_file(written()).value();
  CHECK(file.message == sample().message);
  CHECK(file.from == sample().from);
  CHECK(file.message_sha256 == sample().message_sha256);
  CHECK(file.checkpoint == sample().checkpoint);
  REQUIRE(file.records.size() == 3);
  CHECK(file.records[1].entry == 12);
  CHECK(!file.records[2].entry);
  CHECK(file.records[2].evidence.index == 8);
  CHECK(file.records[2].evidence.leaf == sample().records[2].evidence.leaf);
  CHECK(file.records[2].evidence.path == sample().records[2].evidence.path);
  CHECK(file.records[2].evidence.statement == sample().records[2].evidence.statement);
}

TEST_CASE("a file that ends anywhere before its end is refused") {
  const std::string text = written();
  for (std::size_t size = 0; size < text.size(); ++size) {
    CAPTURE(size);
    const std::string reason = refusal_of(std::string_view(text).substr(0, size));
    if (size > 300) CHECK(says(reason, "cut short"));
  }
}

TEST_CASE("no byte can be changed without the parser seeing another file") {
  const std::string text = written();
  const File file = receipt::parse_file(text).value();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto parsed = receipt::parse_file(changed);
    if (parsed) CHECK(receipt::format_file(*parsed).value() == changed);
  }
}

TEST_CASE("what is out of form is refused, each for its own reason") {
  const std::string text = written();
  CHECK(says(refusal_of("sealpost-receipt/2\n"), "none of version 1"));
  CHECK(says(refusal_of(replaced(text, "records: 3", "records: 2")), "behind its last record"));
  CHECK(says(refusal_of(replaced(text, "records: 3", "records: 4")), "cut short"));
  CHECK(says(refusal_of(replaced(text, "records: 3", "records: 03")), "no number"));
  CHECK(says(refusal_of(replaced(text, "records: 3", "records: 99999")), "no number"));
  CHECK(says(refusal_of(replaced(text, "from: ", "form: ")), "wanted"));
  CHECK(says(refusal_of(replaced(text, "sha256: 07", "sha256: 7")), "hash"));
  CHECK(says(refusal_of(replaced(text, "sha256: 07", "sha256: 0x07")), "hash"));
  CHECK(says(refusal_of(replaced(text, "\nreceipt\n", "\nwitness\n")), "neither"));
  CHECK(says(refusal_of(replaced(text, "entry 12", "entry 012")), "neither"));
  CHECK(says(refusal_of(replaced(text, "statement 3", "statement 2")), "wanted"));
  CHECK(says(refusal_of(replaced(text, "statement 3", "statement 99999999")), "no number"));
  CHECK(says(refusal_of(replaced(text, "index 3", "index three")), "proof"));
  CHECK(says(refusal_of(replaced(text, "index 3", "index 0")), "twice"));
  CHECK(says(refusal_of(replaced(text, "index 0", "index 4")), "behind a later one"));
  CHECK(says(refusal_of(replaced(text, "\n9\n", "\n8\n")), "two checkpoints"));
  CHECK(says(refusal_of(text + "\n"), "behind its last record"));
  CHECK(says(refusal_of(replaced(text, "index 0\n", "extra AAAA\nindex 0\n")), ""));
}

TEST_CASE("extra data of a proof has no place in a file") {
  std::string text = written();
  text = replaced(text, "proof 9\nc2sp.org/tlog-proof@v1\n",
                  "proof 10\nc2sp.org/tlog-proof@v1\nextra AAAA\n");
  CHECK(says(refusal_of(text), "canonical"));
}

TEST_CASE("nothing is written that would not be read") {
  const std::vector<std::function<void(File&)>> kChanges{
      [](File& f) { f.records.clear(); },
      [](File& f) { std::swap(f.records[0], f.records[1]); },
      [](File& f) { f.records[1] = f.records[0]; },
      [](File& f) { f.records[0].evidence.leaf = base::to_bytes("two\nlines"); },
      [](File& f) { f.records[0].evidence.leaf.clear(); },
      [](File& f) { f.records[0].evidence.leaf.assign(65536, 'x'); },
      [](File& f) { f.records[0].evidence.statement = "unsigned\n"; },
      [](File& f) { f.checkpoint = "unsigned\n"; },
      [](File& f) { f.message += "\n"; },
      [](File& f) { f.message.clear(); },
  };
  for (const auto& change : kChanges) {
    File file = sample();
    change(file);
    CHECK(receipt::format_file(file).error().code == Code::kMalformed);
  }
}
