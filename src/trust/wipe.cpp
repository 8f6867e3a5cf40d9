#include "trust/wipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "text/safety.hpp"
#include "text/uuid.hpp"
#include "trust/fields.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;
using note::StatementBuilder;
using note::StatementReader;

constexpr std::string_view kKeyName = "/wipe";

Error unverified(std::string text) { return {Code::kVerificationFailed, std::move(text), ""}; }

Result<void> check(const Wipe& value) {
  TRY(parse_device_name(value.device.str()));
  if (!text::is_uuid(value.id)) return malformed("an order to wipe has a UUID");
  return check_reason(value.reason);
}

Result<void> check(const WipeKey& value) {
  TRY(parse_device_name(value.device.str()));
  if (value.key.name() == value.device.str() + std::string(kKeyName)) return {};
  return malformed("a device's wipe key is called after it");
}

Result<void> check(const Wiped& value) {
  TRY(parse_device_name(value.device.str()));
  if (text::is_uuid(value.order)) return {};
  return malformed("an order to wipe has a UUID");
}

Result<void> check(const WipeFile& value) {
  TRY(parse_device_name(value.device.str()));
  if (value.root.name() == value.device.organisation) return {};
  return malformed("the root's key does not carry the organisation's name");
}

Result<const Device*> find(const Chain& chain, const std::string& name) {
  if (const Device* device = chain.device(name)) return device;
  return Error{Code::kNotFound, fmt::format("the organisation has no device {}", name), ""};
}

// The root, as nullptr, or the device whose key, present or past, signed alone.
Result<const Device*> author_of(const Chain& chain, const note::Note& order) {
  if (order.signatures.size() != 1) {
    return unverified("an order to wipe carries exactly one signature");
  }
  const std::string& name = order.signatures.front().name;
  if (name == chain.organisation()) {
    if (note::signed_by(order, chain.root())) return nullptr;
    return unverified("the order to wipe is not signed by the organisation's root key");
  }
  const Device* device = chain.device(name);
  if (device != nullptr && key_that_signed(*device, order) != nullptr) return device;
  return unverified(
      fmt::format("{} did not sign this order to wipe, or is no device of the organisation",
                  text::for_terminal(name)));
}

// Those of the device, in their order, up to and with the last that has this fingerprint; none when
// no key has.
std::span<const note::Verifier> keys_up_to(const Device& device, const crypto::Digest& key) {
  const std::span all(device.keys);
  for (std::size_t count = all.size(); count > 0; --count) {
    if (fingerprint(all[count - 1].key()) == key) return all.first(count);
  }
  return {};
}

}  // namespace

crypto::Digest fingerprint(const crypto::VerifyKey& key) { return crypto::sha256(key); }

Result<std::string> format(const Wipe& value) {
  TRY(check(value));
  StatementBuilder builder("wipe");
  builder.add("id", value.id).add("device", value.device.str()).add_digest("key", value.key);
  add_text(builder, "reason", value.reason);
  return builder.add("log", note::format_view(value.log))
      .add("trust", note::format_view(value.trust))
      .add_time("at", value.at)
      .text();
}

Result<std::string> format(const WipeKey& value) {
  TRY(check(value));
  return StatementBuilder("wipe-key")
      .add("device", value.device.str())
      .add("key", value.key.vkey())
      .add_time("at", value.at)
      .text();
}

Result<std::string> format(const Wiped& value) {
  TRY(check(value));
  return StatementBuilder("wiped")
      .add("order", value.order)
      .add("device", value.device.str())
      .add_digest("key", value.key)
      .add_time("at", value.at)
      .text();
}

Result<std::string> format(const WipeFile& value) {
  TRY(check(value));
  StatementBuilder builder("wipe-file");
  builder.add("device", value.device.str()).add("root", value.root.vkey()).add("url", value.url);
  add_text(builder, "pin", value.pin);
  return builder.add_digest("key", value.key).text();
}

Result<Wipe> parse_wipe(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "wipe"));
  Wipe value;
  TRY(value.id, reader.one("id"));
  TRY(value.device, device_field(reader));
  TRY(value.key, reader.digest("key"));
  TRY(value.reason, text_field(reader, "reason"));
  TRY(value.log, reader.view("log"));
  TRY(value.trust, reader.view("trust"));
  TRY(value.at, reader.time("at"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<WipeKey> parse_wipe_key(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "wipe-key"));
  WipeKey value;
  TRY(value.device, device_field(reader));
  TRY(value.key, key_field(reader, "key"));
  TRY(value.at, reader.time("at"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<Wiped> parse_wiped(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "wiped"));
  Wiped value;
  TRY(value.order, reader.one("order"));
  TRY(value.device, device_field(reader));
  TRY(value.key, reader.digest("key"));
  TRY(value.at, reader.time("at"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<WipeFile> parse_wipe_file(std::string_view text) {
  TRY(auto reader, StatementReader::open(text, "wipe-file"));
  WipeFile value;
  TRY(value.device, device_field(reader));
  TRY(value.root, key_field(reader, "root"));
  TRY(value.url, reader.one("url"));
  TRY(value.pin, text_field(reader, "pin"));
  TRY(value.key, reader.digest("key"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<VerifiedWipe> verify_given_wipe(const Chain& chain, std::string_view order_note) {
  TRY(const note::Note signed_note, note::parse(order_note));
  TRY(Wipe order, parse_wipe(signed_note.text));
  TRY(const Device* author, author_of(chain, signed_note));
  TRY(const Device* target, find(chain, order.device.str()));
  if (keys_up_to(*target, order.key).empty()) {
    return unverified("the order to wipe names a key that is not its device's");
  }
  std::string by = author == nullptr ? chain.organisation() : author->certificate.name.str();
  if (may_wipe(author, *target)) return VerifiedWipe{std::move(order), std::move(by)};
  return Error{Code::kDenied, fmt::format("{} may not have {} wiped", by, order.device.str()),
               "who may revoke a device may, and the other devices of its user; itself never"};
}

Result<VerifiedWipe> verify_wipe(const Chain& chain, std::string_view order_note) {
  TRY(VerifiedWipe wipe, verify_given_wipe(chain, order_note));
  const Device* author = chain.device(wipe.by);
  if (author == nullptr || !author->revoked) return wipe;
  return Error{Code::kRevoked, fmt::format("{} is revoked, and ordered a wipe", wipe.by), ""};
}

bool holds_for(const Chain& chain, const Wipe& order, const crypto::Digest& key) {
  const Device* device = chain.device(order.device.str());
  if (device == nullptr) return false;
  const auto meant = keys_up_to(*device, order.key);
  return std::any_of(meant.begin(), meant.end(),
                     [&](const note::Verifier& own) { return fingerprint(own.key()) == key; });
}

Result<Wiped> verify_wiped(const Chain& chain, std::string_view answer_note,
                           std::string_view voucher_note) {
  TRY(const note::Note voucher, note::parse(voucher_note));
  TRY(const WipeKey key, parse_wipe_key(voucher.text));
  TRY(const note::Note answer, note::parse(answer_note));
  TRY(Wiped wiped, parse_wiped(answer.text));
  TRY(const Device* device, find(chain, wiped.device.str()));
  if (voucher.signatures.size() != 1 || key_that_signed(*device, voucher) == nullptr ||
      key.device != wiped.device) {
    return unverified("the device does not vouch for the key of this answer");
  }
  if (answer.signatures.size() != 1 || !note::signed_by(answer, key.key)) {
    return unverified("the answer of a wiped device is not signed by its wipe key");
  }
  return wiped;
}

}  // namespace sealpost::trust
