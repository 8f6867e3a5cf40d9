#include "register/record.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "register/record_json.hpp"

namespace sealpost::reg {
namespace {

constexpr std::string_view kContactPrefix = "c-";

template <typename Words>
bool is_one_of(const Words& words, std::string_view text) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

}  // namespace

bool is_record_id(std::string_view text) { return base::is_lower_hex(text, 32); }

bool is_contact_id(std::string_view text) {
  return text.starts_with(kContactPrefix) && is_record_id(text.substr(kContactPrefix.size()));
}

std::string new_record_id(base::Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  return base::to_hex(bytes);
}

std::string new_contact_id(base::Random& random) {
  return std::string(kContactPrefix) + new_record_id(random);
}

bool is_method(std::string_view text) { return is_one_of(kMethods, text); }
bool is_channel(std::string_view text) { return is_one_of(kChannels, text); }
bool is_agreement_kind(std::string_view text) { return is_one_of(kAgreementKinds, text); }

bool belongs_to_organisation(const Record& record) {
  return std::holds_alternative<EpochRecord>(record) ||
         std::holds_alternative<AgreementRecord>(record) ||
         std::holds_alternative<GroupRecord>(record);
}

bool belongs_to_people(const Record& record) {
  return std::holds_alternative<EpochRecord>(record) || !belongs_to_organisation(record);
}

}  // namespace sealpost::reg
