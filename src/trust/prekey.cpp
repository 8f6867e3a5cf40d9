// Prekey statements. They are not part of the chain, but only the chain says whose they may be.
#include <algorithm>

#include "base/encoding.hpp"
#include "trust/chain.hpp"
#include "trust/fields.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;

constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kRecipientBytes = 32;
constexpr std::string_view kSuite = "age-x25519";
constexpr std::string_view kLastResort = "last-resort";
constexpr std::string_view kOnce = "once";

bool is_recipient(std::string_view text) {
  const auto decoded = base::parse_bech32(text);
  return decoded.has_value() && decoded->hrp == "age" && decoded->data.size() == kRecipientBytes &&
         base::to_bech32(decoded->hrp, decoded->data) == text;
}

Result<void> check(const Prekey& value) {
  TRY(parse_device_name(value.device.str()));
  if (!base::is_lower_hex(value.id, kIdDigits)) {
    return malformed("a prekey's id is 16 hexadecimal digits");
  }
  if (value.suite != kSuite) return malformed("a prekey of an unknown suite");
  if (!is_recipient(value.recipient)) return malformed("a prekey is an age recipient, age1...");
  if (value.expires <= value.at) return malformed("a prekey would expire before it begins");
  return {};
}

}  // namespace

Result<std::string> format(const Prekey& value) {
  TRY(check(value));
  return note::StatementBuilder("prekey")
      .add("device", value.device.str())
      .add("id", value.id)
      .add("suite", value.suite)
      .add("recipient", value.recipient)
      .add("use", value.last_resort ? kLastResort : kOnce)
      .add_time("at", value.at)
      .add_time("expires", value.expires)
      .text();
}

Result<Prekey> parse_prekey(std::string_view text) {
  TRY(auto reader, note::StatementReader::open(text, "prekey"));
  Prekey value;
  TRY(value.device, device_field(reader));
  TRY(value.id, reader.one("id"));
  TRY(value.suite, reader.one("suite"));
  TRY(value.recipient, reader.one("recipient"));
  TRY(const std::string use, reader.one("use"));
  value.last_resort = use == kLastResort;
  TRY(value.at, reader.time("at"));
  TRY(value.expires, reader.time("expires"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<Prekey> verify_prekey(const Chain& chain, std::string_view prekey_note, base::Time now) {
  TRY(const note::Note note, note::parse(prekey_note));
  TRY(Prekey prekey, parse_prekey(note.text));
  TRY(const Device* device, chain.active_device(prekey.device.str(), now));
  const Certificate& certificate = device->certificate;
  if (note.signatures.size() != 1 || !note::signed_by(note, certificate.key)) {
    return Error{Code::kVerificationFailed,
                 "the prekey does not carry the signature of " + prekey.device.str() + " alone",
                 ""};
  }
  if (std::find(certificate.suites.begin(), certificate.suites.end(), prekey.suite) ==
      certificate.suites.end()) {
    return Error{Code::kDenied, "the prekey is of a suite that its device does not declare", ""};
  }
  if (now > prekey.expires) {
    return Error{Code::kDenied, "the prekey of " + prekey.device.str() + " has expired",
                 "the device publishes a new one when it is next used"};
  }
  return prekey;
}

}  // namespace sealpost::trust
