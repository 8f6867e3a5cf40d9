// A record of the register, what the vault keeps of it, and a word that somebody wrote
// (register/record.hpp, contact.hpp, organisation.hpp, words.hpp). The first byte chooses.
#include "register/organisation.hpp"
#include "register/words.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

namespace {

template <typename Value>
void check_kept(const base::Result<Value>& value, base::ByteView bytes) {
  if (value) fuzz::require(reg::encode(*value) == base::to_bytes(bytes));
}

void check_record(std::string_view text) {
  const auto record = reg::parse_record(text);
  if (!record) return;
  const auto written = reg::format(*record);
  fuzz::require(written && *written == text);
  reg::Contact contact;
  const reg::Position where{1, 1, base::Time{}, "mercy.example/dr.lee/laptop"};
  if (!reg::apply(contact, *record, std::nullopt, where)) return;
  check_kept(reg::decode_contact(reg::encode(contact)), reg::encode(contact));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteView rest(data + 1, size - 1);
  switch (data[0]) {
    case 'c':
      check_kept(reg::decode_contact(rest), rest);
      break;
    case 'a':
      check_kept(reg::decode_agreement(rest), rest);
      break;
    case 'g':
      check_kept(reg::decode_group(rest), rest);
      break;
    case 'w':
      reg::meaning_of(base::as_text(rest));
      break;
    default:
      check_record(base::as_text(rest));
  }
  return 0;
}
