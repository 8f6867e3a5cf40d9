#include <doctest/doctest.h>

#include <algorithm>

#include "text/csv.hpp"

using namespace sealpost;
using namespace sealpost::text;

namespace {

// Gives its bytes in pieces of a few, as a pipe may.
class Trickle final : public base::ByteSource {
 public:
  Trickle(std::string_view text, std::size_t most) : rest_(text), most_(most) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    const std::size_t count = std::min(most_, std::min(out.size(), rest_.size()));
    std::copy_n(rest_.begin(), count, out.begin());
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
  std::size_t most_;
};

class Broken final : public base::ByteSource {
 public:
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    if (calls_++ > 0) return base::Error{base::Code::kInterrupted, "interrupted", ""};
    out[0] = 'a';
    out[1] = '\n';
    return std::size_t{2};
  }

 private:
  int calls_ = 0;
};

std::string shown(const CsvRow& row) {
  std::string out = std::to_string(row.line) + ":";
  if (!row.problem.empty()) return out + " ! " + row.problem;
  for (const std::string& field : row.fields) out += "[" + field + "]";
  return out;
}

// All rows behind the names, one line each, by whatever pieces the text arrives in.
std::vector<std::string> rows_of(std::string_view text) {
  std::vector<std::string> rows;
  for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{1} << 20}) {
    if (most == 1 && text.size() > 100'000) continue;
    Trickle source(text, most);
    auto reader = CsvReader::open(source);
    REQUIRE(reader);
    std::vector<std::string> found;
    for (auto row = reader->next();; row = reader->next()) {
      REQUIRE(row);
      if (!*row) break;
      found.push_back(shown(**row));
    }
    if (!rows.empty()) CHECK(rows == found);
    rows = found;
  }
  return rows;
}

std::string refusal(std::string_view text) {
  Trickle source(text, 5);
  const auto reader = CsvReader::open(source);
  if (reader) return "";
  CHECK(reader.error().code == base::Code::kMalformed);
  return reader.error().text;
}

using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("rows are read by the names of their columns") {
  const std::string_view text = "id,name,phone\n1,Jane,+1555\n2,,\n";
  base::MemorySource source(base::as_bytes(text));
  auto reader = CsvReader::open(source);
  REQUIRE(reader);
  CHECK(reader->columns() == Rows{"id", "name", "phone"});
  CHECK(reader->has("phone"));
  CHECK(!reader->has("email"));
  const auto row = *reader->next();
  REQUIRE(row);
  CHECK(reader->field(*row, "phone") == "+1555");
  CHECK(reader->field(*row, "email").empty());
  CHECK(rows_of(text) == Rows{"2:[1][Jane][+1555]", "3:[2][][]"});
}

TEST_CASE("a byte order mark, CR LF, empty lines and a last line without end are taken") {
  CHECK(rows_of("\xEF\xBB\xBFid,name\r\n1,Jane\r\n\r\n2,\"Joe\"\r\n") ==
        Rows{"2:[1][Jane]", "4:[2][Joe]"});
  CHECK(rows_of("id\n\n1\n2") == Rows{"3:[1]", "4:[2]"});
  CHECK(rows_of("id\n").empty());
  CHECK(rows_of("\n\nid") == Rows{});
}

TEST_CASE("quoted fields hold commas, quotes and line ends") {
  CHECK(rows_of("a,b\n\"1,2\",\"say \"\"hi\"\"\"\n\"one\r\ntwo\nthree\",\"\"\nx,y\n") ==
        Rows{"2:[1,2][say \"hi\"]", "3:[one\r\ntwo\nthree][]", "6:[x][y]"});
}

TEST_CASE("spaces belong to their field") {
  CHECK(rows_of("a,b\n 1 ,\" 2 \"\n") == Rows{"2:[ 1 ][ 2 ]"});
}

TEST_CASE("a row of the wrong length is bad, and the others are not") {
  CHECK(rows_of("a,b\n1\n2,3\n4,5,6\n7,8\n") ==
        Rows{"2: ! it has 1 fields, not 2", "3:[2][3]", "4: ! it has 3 fields, not 2", "5:[7][8]"});
}

TEST_CASE("a quotation mark out of place costs its row alone") {
  const std::string misplaced = " ! a quotation mark stands where none may";
  CHECK(rows_of("a,b\nx\"y,1\n2,3\n\"4\" ,5\n6,7\n") ==
        Rows{"2:" + misplaced, "3:[2][3]", "4:" + misplaced, "5:[6][7]"});
}

TEST_CASE("a quotation mark that is not closed costs its row alone") {
  const std::string unclosed = " ! a quotation mark is not closed";
  CHECK(rows_of("a,b\n1,\"2\n3,4\n5,6\n") == Rows{"2:" + unclosed, "3:[3][4]", "4:[5][6]"});
  CHECK(rows_of("a,b\n1,\"2\n3,\"4\"\n5,6\n") == Rows{"2:" + unclosed, "3:[3][4]", "4:[5][6]"});
  CHECK(rows_of("a,b\n1,\"2") == Rows{"2:" + unclosed});
}

TEST_CASE("what is not UTF-8 costs its row alone") {
  const std::string no_text = " ! it is not UTF-8 text";
  CHECK(rows_of("a\n\xff\nb\n\xed\xa0\x80\n") == Rows{"2:" + no_text, "3:[b]", "4:" + no_text});
  CHECK(rows_of(std::string_view("a\nx\0y\nb\n", 8)) == Rows{"2:" + no_text, "3:[b]"});
}

TEST_CASE("a lone carriage return outside quotes is no line end") {
  CHECK(rows_of("a\nb\rc\nd\n") ==
        Rows{"2: ! a carriage return without line feed stands outside quotes", "3:[d]"});
}

TEST_CASE("fields and rows are bounded") {
  const std::string most(kMaxCsvField, 'x');
  CHECK(rows_of("a\n" + most + "\nb\n") == Rows{"2:[" + most + "]", "3:[b]"});
  CHECK(rows_of("a\n" + most + "x\nb\n") == Rows{"2: ! a field is longer than 64 KiB", "3:[b]"});
  CHECK(rows_of("a\n" + std::string(kMaxCsvRow + 1, 'x') + "\nb\n") ==
        Rows{"2: ! it is longer than 256 KiB", "3:[b]"});
  // Never closed: given up at the bound, and tried again from the next line.
  std::string lines = "a\n\"1\n";
  for (int i = 0; i < 30'000; ++i) lines += "yyy\n";
  const auto rows = rows_of(lines);
  REQUIRE(rows.size() == 30'001);
  CHECK(rows[0] == "2: ! a quotation mark is not closed");
  CHECK(rows[1] == "3:[yyy]");
}

TEST_CASE("a file without usable names of columns is refused") {
  CHECK(refusal("").find("no line") != std::string::npos);
  CHECK(refusal("\n\r\n").find("no line") != std::string::npos);
  CHECK(refusal("a,,b\n").find("no name") != std::string::npos);
  CHECK(refusal("a,a\n").find("\"a\"") != std::string::npos);
  CHECK(refusal("a\xE2\x80\xAE\n").find("plain") != std::string::npos);
  CHECK(refusal("\xff\xfei\n").find("UTF-8") != std::string::npos);
  CHECK(refusal("\"a\n").find("not closed") != std::string::npos);
  std::string many = "0";
  for (std::size_t i = 1; i <= kMaxCsvColumns; ++i) many += "," + std::to_string(i);
  CHECK(refusal(many).find("256") != std::string::npos);
}

TEST_CASE("an error of the source passes through") {
  Broken source;
  auto reader = CsvReader::open(source);
  REQUIRE(reader);
  CHECK(reader->next().error().code == base::Code::kInterrupted);
}

TEST_CASE("fields are quoted where they must be, and where they look like a formula") {
  CHECK(csv_row(Rows{"a", "", "b c"}) == "a,,b c\r\n");
  CHECK(csv_row(Rows{"1,2", "say \"hi\"", "a\nb", "a\rb", " x"}) ==
        "\"1,2\",\"say \"\"hi\"\"\",\"a\nb\",\"a\rb\",\" x\"\r\n");
  CHECK(csv_row(Rows{"=1", "+1555", "-1", "@x", "\tx", "1-1"}) ==
        "\"=1\",\"+1555\",\"-1\",\"@x\",\"\tx\",1-1\r\n");
  CHECK(csv_row(Rows{""}) == "\"\"\r\n");
}

TEST_CASE("what is written is read back") {
  const Rows fields{"plain", "", "a,b", "\"", "\"\"", "a\r\nb", " spaces ", "=SUM(A1)", "ü"};
  std::string text = csv_row(Rows{"1", "2", "3", "4", "5", "6", "7", "8", "9"}) + csv_row(fields);
  base::MemorySource source(base::as_bytes(text));
  auto reader = CsvReader::open(source);
  REQUIRE(reader);
  CHECK((*reader->next())->fields == fields);
}
