#include "flow/records.hpp"

#include <fmt/format.h>

#include "flow/record_codec.hpp"

namespace sealpost::flow {
namespace {

using text::binary;
using text::binary_at;
using text::bool_at;
using text::Json;
using text::number_at;
using text::string_at;

base::Result<void> fill_contact(const Json& json, FromContact& out) {
  TRY(out.contact, string_at(json, "id"));
  TRY(out.alias, string_at(json, "alias"));
  TRY(out.answers, string_at(json, "answers"));
  TRY(out.confirms, bool_at(json, "confirms"));
  TRY(out.at, time_at(json, "at"));
  return {};
}

base::Result<void> fill_mark(const Json& json, RecallMark& out) {
  TRY(out.by, string_at(json, "by"));
  TRY(out.reason, string_at(json, "reason"));
  TRY(out.at, time_at(json, "at"));
  TRY(out.sent, time_at(json, "sent"));
  TRY(out.expires, time_at(json, "expires"));
  TRY(out.purpose, string_at(json, "purpose"));
  return {};
}

base::Result<void> fill_message(const Json& json, MessageRecord& out) {
  TRY(out.number, number_at(json, "number"));
  TRY(const bool sent, bool_at(json, "sent"));
  out.direction = sent ? Direction::kSent : Direction::kReceived;
  TRY(out.id, string_at(json, "id"));
  TRY(out.from, string_at(json, "from"));
  TRY(out.header_note, string_at(json, "header"));
  TRY(out.body, secret_at(json, "body"));
  TRY(out.message_sha256, digest_at(json, "sha256"));
  TRY(out.unread, bool_at(json, "unread"));
  TRY(out.confirmed, bool_at(json, "confirmed"));
  if (json.contains("adopted")) {
    TRY(out.adopted, bool_at(json, "adopted"));
  }
  TRY(out.stored, time_at(json, "stored"));
  TRY(out.receipt, string_at(json, "receipt"));
  if (json.contains("contact")) TRY(fill_contact(json.at("contact"), out.contact.emplace()));
  if (json.contains("recalled")) TRY(fill_mark(json.at("recalled"), out.recalled.emplace()));
  TRY(const Json* recipients, text::array_at(json, "recipients"));
  for (const Json& item : *recipients) {
    RecipientRecord& recipient = out.recipients.emplace_back();
    TRY(recipient.user, string_at(item, "user"));
    TRY(recipient.device, string_at(item, "device"));
    TRY(recipient.state, string_at(item, "state"));
    if (item.contains("last-resort")) {
      TRY(recipient.last_resort, bool_at(item, "last-resort"));
    }
  }
  return {};
}

}  // namespace

crypto::SecretBytes encode(const Profile& value) {
  return pack({{"root", value.root},
               {"user", value.user},
               {"device", value.device},
               {"url", value.url},
               {"pin", value.pin}});
}

crypto::SecretBytes encode(const PrekeySecret& value) {
  return pack({{"id", value.id},
               {"identity", binary(value.identity.expose())},
               {"at", millis(value.at)},
               {"expires", millis(value.expires)},
               {"once", value.once}});
}

crypto::SecretBytes encode(const MessageRecord& value) {
  Json recipients = Json::array();
  for (const RecipientRecord& recipient : value.recipients) {
    recipients.push_back({{"user", recipient.user},
                          {"device", recipient.device},
                          {"state", recipient.state},
                          {"last-resort", recipient.last_resort}});
  }
  Json document{{"number", value.number},
                {"sent", value.direction == Direction::kSent},
                {"id", value.id},
                {"from", value.from},
                {"header", value.header_note},
                {"body", binary(value.body.expose())},
                {"sha256", binary(value.message_sha256)},
                {"unread", value.unread},
                {"confirmed", value.confirmed},
                {"adopted", value.adopted},
                {"stored", millis(value.stored)},
                {"receipt", value.receipt},
                {"recipients", std::move(recipients)}};
  if (value.contact) {
    document["contact"] = {{"id", value.contact->contact},
                           {"alias", value.contact->alias},
                           {"answers", value.contact->answers},
                           {"confirms", value.contact->confirms},
                           {"at", millis(value.contact->at)}};
  }
  if (const auto& mark = value.recalled) {
    document["recalled"] = {{"by", mark->by},
                            {"reason", mark->reason},
                            {"at", millis(mark->at)},
                            {"sent", millis(mark->sent)},
                            {"expires", millis(mark->expires)},
                            {"purpose", mark->purpose}};
  }
  return pack(document);
}

crypto::SecretBytes encode(const OutgoingRecord& value) {
  return pack({{"number", value.number},
               {"tag", binary(value.tag)},
               {"submission", binary(value.submission)}});
}

crypto::SecretBytes encode(const FileKeyRecord& value) {
  Json devices = Json::array();
  for (const KeyedDevice& device : value.devices) {
    devices.push_back({{"device", device.device},
                       {"prekey", device.prekey},
                       {"resent", device.resent},
                       {"wants", device.wants}});
  }
  return pack({{"key", binary(value.key.expose())},
               {"expires", millis(value.expires)},
               {"devices", std::move(devices)}});
}

crypto::SecretBytes encode(const SeenRecord& value) {
  return pack({{"number", value.number},
               {"sha256", binary(value.message_sha256)},
               {"tag", binary(value.tag)}});
}

std::string receipt_row(std::string_view message, std::string_view by, receipt::State state,
                        std::string_view device) {
  std::string row = fmt::format("{}\n{}\n{}", message, by, receipt::state_name(state));
  if (!device.empty()) row += fmt::format("\n{}", device);
  return row;
}

crypto::SecretBytes encode(const ReceiptRecord& value) {
  return pack(
      {{"statement", value.statement}, {"index", value.index}, {"leaf", binary(value.leaf)}});
}

crypto::SecretBytes encode(const RecallRecord& value) {
  return pack({{"message", value.message},
               {"from", value.from},
               {"by", value.by},
               {"reason", value.reason},
               {"at", millis(value.at)},
               {"number", value.number},
               {"end", static_cast<std::uint64_t>(value.end)}});
}

base::Result<Profile> decode_profile(base::ByteView bytes) {
  return unpack<Profile>(bytes, [](const Json& json, Profile& out) -> base::Result<void> {
    TRY(out.root, string_at(json, "root"));
    TRY(out.user, string_at(json, "user"));
    TRY(out.device, string_at(json, "device"));
    TRY(out.url, string_at(json, "url"));
    TRY(out.pin, string_at(json, "pin"));
    return {};
  });
}

base::Result<PrekeySecret> decode_prekey_secret(base::ByteView bytes) {
  return unpack<PrekeySecret>(bytes, [](const Json& json, PrekeySecret& out) -> base::Result<void> {
    TRY(out.id, string_at(json, "id"));
    TRY(out.identity, secret_at(json, "identity"));
    TRY(out.at, time_at(json, "at"));
    TRY(out.expires, time_at(json, "expires"));
    if (json.contains("once")) {
      TRY(out.once, bool_at(json, "once"));
    }
    return {};
  });
}

base::Result<MessageRecord> decode_message(base::ByteView bytes) {
  return unpack<MessageRecord>(bytes, fill_message);
}

base::Result<OutgoingRecord> decode_outgoing(base::ByteView bytes) {
  return unpack<OutgoingRecord>(bytes,
                                [](const Json& json, OutgoingRecord& out) -> base::Result<void> {
                                  TRY(out.number, number_at(json, "number"));
                                  TRY(out.tag, binary_at(json, "tag"));
                                  TRY(out.submission, binary_at(json, "submission"));
                                  return {};
                                });
}

base::Result<FileKeyRecord> decode_file_key(base::ByteView bytes) {
  return unpack<FileKeyRecord>(bytes,
                               [](const Json& json, FileKeyRecord& out) -> base::Result<void> {
                                 TRY(out.key, secret_at(json, "key"));
                                 TRY(out.expires, time_at(json, "expires"));
                                 TRY(const Json* devices, text::array_at(json, "devices"));
                                 for (const Json& item : *devices) {
                                   KeyedDevice& device = out.devices.emplace_back();
                                   TRY(device.device, string_at(item, "device"));
                                   TRY(device.prekey, string_at(item, "prekey"));
                                   TRY(device.resent, number_at(item, "resent"));
                                   TRY(device.wants, bool_at(item, "wants"));
                                 }
                                 return {};
                               });
}

base::Result<SeenRecord> decode_seen(base::ByteView bytes) {
  return unpack<SeenRecord>(bytes, [](const Json& json, SeenRecord& out) -> base::Result<void> {
    TRY(out.number, number_at(json, "number"));
    TRY(out.message_sha256, digest_at(json, "sha256"));
    TRY(out.tag, binary_at(json, "tag"));
    return {};
  });
}

base::Result<ReceiptRecord> decode_receipt(base::ByteView bytes) {
  return unpack<ReceiptRecord>(bytes,
                               [](const Json& json, ReceiptRecord& out) -> base::Result<void> {
                                 TRY(out.statement, string_at(json, "statement"));
                                 TRY(out.index, number_at(json, "index"));
                                 TRY(out.leaf, binary_at(json, "leaf"));
                                 return {};
                               });
}

base::Result<RecallRecord> decode_recall(base::ByteView bytes) {
  return unpack<RecallRecord>(bytes, [](const Json& json, RecallRecord& out) -> base::Result<void> {
    TRY(out.message, string_at(json, "message"));
    TRY(out.from, string_at(json, "from"));
    TRY(out.by, string_at(json, "by"));
    TRY(out.reason, string_at(json, "reason"));
    TRY(out.at, time_at(json, "at"));
    TRY(out.number, number_at(json, "number"));
    TRY(const std::uint64_t end, number_at(json, "end"));
    if (end > static_cast<std::uint64_t>(RecallEnd::kRead)) {
      return base::Error{base::Code::kMalformed, "no such end of a recall", ""};
    }
    out.end = static_cast<RecallEnd>(end);
    return {};
  });
}

}  // namespace sealpost::flow
