// One-time codes against RFC 6238, Appendix B (SHA-1), and RFC 4226, Appendix D.
#include "crypto/totp.hpp"

#include <doctest/doctest.h>

using namespace sealpost;
using crypto::totp_code;
using crypto::totp_step;

namespace {

const base::Bytes kSecret = base::to_bytes(std::string_view("12345678901234567890"));

base::Time at(std::int64_t seconds) { return base::Time(std::chrono::seconds(seconds)); }

}  // namespace

TEST_CASE("the codes of RFC 6238") {
  struct Row {
    std::int64_t seconds;
    std::uint64_t step;
    const char* code;
  };
  for (const Row& row :
       {Row{59, 1, "94287082"}, Row{1111111109, 0x23523EC, "07081804"},
        Row{1111111111, 0x23523ED, "14050471"}, Row{1234567890, 0x273EF07, "89005924"},
        Row{2000000000, 0x3F940AA, "69279037"}, Row{20000000000, 0x27BC86AA, "65353130"}}) {
    CAPTURE(row.seconds);
    CHECK(totp_step(at(row.seconds)) == row.step);
    CHECK(totp_code(kSecret, row.step, 8) == row.code);
    CHECK(totp_code(kSecret, row.step) == std::string(row.code).substr(2));
  }
}

TEST_CASE("the codes of RFC 4226 keep their leading zeroes") {
  const char* const codes[] = {"755224", "287082", "359152", "969429", "338314",
                               "254676", "287922", "162583", "399871", "520489"};
  for (std::uint64_t count = 0; count < 10; ++count) {
    CHECK(totp_code(kSecret, count) == codes[count]);
  }
  CHECK(totp_code(kSecret, totp_step(at(1111111109))) == "081804");
}

TEST_CASE("a step lasts thirty seconds, and there is none before 1970") {
  CHECK(totp_step(at(0)) == 0);
  CHECK(totp_step(at(29)) == 0);
  CHECK(totp_step(at(30)) == 1);
  CHECK(totp_step(at(-1)) == 0);
}
