// Text from outside: nothing moves the cursor, hides, or leaves its folder.
#include "text/safety.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace sealpost::text {
namespace {

// What must never reach a terminal as it is.
const std::vector<std::string> kHostile{
    std::string(1, '\0'),
    "\x07",              // bell
    "\x1b",              // escape
    "\x7f",              // delete
    "\u0085",            // C1 next line
    "\u009b",            // C1 control sequence introducer
    "\u00ad",            // soft hyphen
    "\u034f",            // combining grapheme joiner
    "\u061c",            // Arabic letter mark
    "\u115f",            // Hangul choseong filler
    "\u17b4",            // Khmer inherent vowel
    "\u180e",            // Mongolian vowel separator
    "\u180b",            // Mongolian variation selector
    "\u200b",            // zero-width space
    "\u200d",            // zero-width joiner
    "\u200e",            // left-to-right mark
    "\u2028",            // line separator
    "\u2029",            // paragraph separator
    "\u202e",            // right-to-left override
    "\u2060",            // word joiner
    "\u2066",            // left-to-right isolate
    "\u2800",            // empty Braille pattern
    "\u3164",            // Hangul filler
    "\ufe00",            // variation selector 1
    "\ufeff",            // byte order mark
    "\uffa0",            // half-width Hangul filler
    "\ufff9",            // interlinear annotation
    "\uffff",            // noncharacter
    "\ue000",            // private use
    "\U000e0041",        // tag letter
    "\U000e0100",        // variation selector 17
    "\U0010ffff",        // noncharacter
    "\xff",              // no UTF-8
    "\xc0\xaf",          // overlong slash
    "\xed\xa0\x80",      // surrogate
    "\xf4\x90\x80\x80",  // above U+10FFFF
    "\xe2\x82",          // cut off
};

struct Renamed {
  std::string outside;
  std::string safe;
};

bool is_safe_name(const std::string& name) {
  const bool edges = !name.empty() && name.size() <= 200 && name.front() != '.' &&
                     name.front() != ' ' && name.back() != '.' && name.back() != ' ';
  return edges && is_plain(name) && name.find_first_of("<>:\"|?*/\\") == std::string::npos &&
         safe_filename(name) == name;
}

}  // namespace

TEST_CASE("ordinary text of any script is plain and printed as it is") {
  for (const char* text : {"", "Hello", "Grüße an Dr. Łukasz", "検査結果", "نتائج", "📎 scan.dcm",
                           "❤️", "e\u0301", "a\u00a0b", "O’Brien – “quoted”"}) {
    CAPTURE(text);
    CHECK(is_utf8(text));
    CHECK(is_plain(text));
    CHECK(for_terminal(text) == text);
  }
}

TEST_CASE("hostile characters are not plain and do not reach the terminal") {
  for (const std::string& bad : kHostile) {
    CAPTURE(bad);
    const std::string text = "a" + bad + "b";
    CHECK_FALSE(is_plain(text));
    const std::string shown = for_terminal(text);
    CHECK(is_plain(shown));
    CHECK(shown.starts_with("a\uFFFD"));
    CHECK(shown.ends_with("b"));
    const std::string block = block_for_terminal(text);
    CHECK(block.find(bad) == std::string::npos);
  }
}

TEST_CASE("UTF-8 is well formed or it is not UTF-8") {
  CHECK(is_utf8("\U0010ffff \u202e\x1b"));
  for (const char* text : {"\xff", "a\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
                           "\x80", "\xf8\x88\x80\x80\x80", "ok \xc3"}) {
    CAPTURE(text);
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("one line stays one line, a block keeps its lines") {
  CHECK(for_terminal("a\nb\tc\rd") == "a\uFFFDb\uFFFDc\uFFFDd");
  CHECK(block_for_terminal("a\r\nb\tc\n") == "a\nb\tc\n");
  CHECK(block_for_terminal("over\rwritten\r") == "over\uFFFDwritten\uFFFD");
  CHECK(block_for_terminal("\x1b[31mred") == "\uFFFD[31mred");
}

TEST_CASE("names that look alike fold to one") {
  CHECK(nfc("e\u0301") == "é");
  CHECK(fold("REPORT.PDF") == fold("report.pdf"));
  CHECK(fold("ＦＵＬＬ") == fold("full"));
  CHECK(fold("Straße") == fold("STRASSE"));
  CHECK(fold("e\u0301") == fold("É"));
  CHECK(nfc("bad\xff") == "bad\uFFFD");
}

TEST_CASE("an ordinary file name stays as it is") {
  for (const char* name : {"scan.dcm", "Befund Müller (2).pdf", "archive.tar.gz", "検査.png", "a",
                           "no-ext", "console.log", "com.txt", "com10.txt", "nullable"}) {
    CAPTURE(name);
    CHECK(safe_filename(name) == name);
    CHECK(is_safe_name(name));
  }
}

TEST_CASE("a file name cannot leave its folder") {
  for (const Renamed& name :
       std::initializer_list<Renamed>{{"../../etc/passwd", "passwd"},
                                      {"/etc/passwd", "passwd"},
                                      {"C:\\Windows\\system32\\cmd.exe", "cmd.exe"},
                                      {"..\\..\\x.txt", "x.txt"},
                                      {"\\\\server\\share\\x.txt", "x.txt"},
                                      {"a/b\\c/d.txt", "d.txt"},
                                      {"..", "attachment"},
                                      {".", "attachment"},
                                      {"", "attachment"},
                                      {"/", "attachment"},
                                      {"folder/", "attachment"},
                                      {"...", "attachment"},
                                      {" . . ", "attachment"}}) {
    CAPTURE(name.outside);
    CHECK(safe_filename(name.outside) == name.safe);
  }
}

TEST_CASE("a file name cannot hide, be a device, or open a stream") {
  for (const Renamed& name :
       std::initializer_list<Renamed>{{".bashrc", "bashrc"},
                                      {".ssh/.config", "config"},
                                      {"report.pdf.", "report.pdf"},
                                      {"report.pdf. . .", "report.pdf"},
                                      {"report.pdf ", "report.pdf"},
                                      {"CON", "_CON"},
                                      {"con.txt", "_con.txt"},
                                      {"NUL.tar.gz", "_NUL.tar.gz"},
                                      {"aux .txt", "_aux .txt"},
                                      {"COM1", "_COM1"},
                                      {"lpt9.dat", "_lpt9.dat"},
                                      {"com\u00b9.txt", "_com\u00b9.txt"},
                                      {"CONIN$", "_CONIN$"},
                                      {"note.txt:hidden", "note.txt_hidden"},
                                      {"C:evil.txt", "C_evil.txt"},
                                      {"a<b>c|d?e*f\"g.txt", "a_b_c_d_e_f_g.txt"},
                                      {"scan.dcm.partial", "scan.dcm.partial_"},
                                      {"SCAN.PARTIAL", "SCAN.PARTIAL_"}}) {
    CAPTURE(name.outside);
    CHECK(safe_filename(name.outside) == name.safe);
    CHECK(is_safe_name(name.safe));
  }
  CHECK(safe_filename(std::string_view("a\0b.txt", 7)) == "a_b.txt");
}

TEST_CASE("invisible and turning characters become visible in a file name") {
  CHECK(safe_filename("invoice\u202efdp.exe") == "invoice_fdp.exe");
  CHECK(safe_filename("re\u200bport.pdf") == "re_port.pdf");
  CHECK(safe_filename("two\nlines.txt") == "two_lines.txt");
  for (const std::string& bad : kHostile) {
    CAPTURE(bad);
    const std::string safe = safe_filename("a" + bad + "b.txt");
    CHECK(is_safe_name(safe));
    CHECK(safe.starts_with("a_"));
    CHECK(safe.ends_with("b.txt"));
  }
}

TEST_CASE("a file name of 10,000 characters is shortened and keeps its extension") {
  const std::string many(10000, 'x');
  CHECK(is_safe_name(safe_filename(many)));
  CHECK(safe_filename(many + ".pdf").ends_with("x.pdf"));
  CHECK(is_safe_name(safe_filename(many + ".pdf")));
  CHECK(is_safe_name(safe_filename("con." + many)));
  CHECK(is_safe_name(safe_filename("con" + std::string(300, ' ') + many)));
  CHECK(is_safe_name(safe_filename(std::string(197, 'x') + ".. .. .." + many)));
  CHECK(is_safe_name(safe_filename(many + ".partial")));
  CHECK(is_safe_name(safe_filename(std::string(10000, '.'))));
  CHECK(is_safe_name(safe_filename(std::string(10000, ':'))));
  std::string wide;
  for (int i = 0; i < 10000; ++i) wide += "検";
  CHECK(is_safe_name(safe_filename(wide)));
  CHECK(is_safe_name(safe_filename("a" + wide + ".txt")));
}

TEST_CASE("whatever the bytes, the file name is safe and making it safe again changes nothing") {
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string name;
    for (int i = 0; i < 1 + round % 40; ++i) {
      state = state * 1664525 + 1013904223;
      const std::uint32_t pick = state >> 16;
      if (pick % 3 == 0) {
        name += kHostile[pick / 3 % kHostile.size()];
      } else {
        name += std::string_view("./\\ aCoN:*\xcc\x81k\xc3")[pick / 3 % 15];
      }
    }
    CAPTURE(name);
    REQUIRE(is_safe_name(safe_filename(name)));
  }
}

}  // namespace sealpost::text
