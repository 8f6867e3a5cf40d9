#include "flow/records.hpp"

#include "text/json.hpp"

namespace sealpost::flow {
namespace {

using text::binary;
using text::binary_at;
using text::bool_at;
using text::Json;
using text::number_at;
using text::string_at;

crypto::SecretBytes pack(const Json& value) {
  base::Bytes plain = text::to_cbor(value);
  crypto::SecretBytes secret{base::ByteView(plain)};
  crypto::wipe(plain);
  return secret;
}

std::uint64_t millis(base::Time time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

base::Result<base::Time> time_at(const Json& value, std::string_view key) {
  TRY(const std::uint64_t count, number_at(value, key));
  return base::Time(base::milliseconds(static_cast<std::int64_t>(count)));
}

base::Result<crypto::Digest> digest_at(const Json& value, std::string_view key) {
  TRY(const base::Bytes bytes, binary_at(value, key));
  return crypto::digest_from(bytes);
}

// The document, with every failure turned into "this row is not ours".
template <typename T, typename Fill>
base::Result<T> unpack(base::ByteView bytes, Fill fill) {
  auto value = [&]() -> base::Result<T> {
    TRY(const Json json, text::parse_cbor(bytes));
    T out;
    TRY(fill(json, out));
    return out;
  }();
  if (!value) {
    return base::Error{base::Code::kVerificationFailed,
                       "a record of the vault is damaged: " + value.error().text, ""};
  }
  return value;
}

base::Result<void> fill_message(const Json& json, MessageRecord& out) {
  TRY(out.number, number_at(json, "number"));
  TRY(const bool sent, bool_at(json, "sent"));
  out.direction = sent ? Direction::kSent : Direction::kReceived;
  TRY(out.id, string_at(json, "id"));
  TRY(out.from, string_at(json, "from"));
  TRY(out.header_note, string_at(json, "header"));
  TRY(base::Bytes body, binary_at(json, "body"));
  out.body = crypto::SecretBytes(base::ByteView(body));
  crypto::wipe(body);
  TRY(out.message_sha256, digest_at(json, "sha256"));
  TRY(out.unread, bool_at(json, "unread"));
  TRY(out.confirmed, bool_at(json, "confirmed"));
  TRY(out.stored, time_at(json, "stored"));
  TRY(out.receipt, string_at(json, "receipt"));
  TRY(const Json* recipients, text::array_at(json, "recipients"));
  for (const Json& item : *recipients) {
    RecipientRecord& recipient = out.recipients.emplace_back();
    TRY(recipient.user, string_at(item, "user"));
    TRY(recipient.device, string_at(item, "device"));
    TRY(recipient.state, string_at(item, "state"));
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
               {"unpublished", value.unpublished}});
}

crypto::SecretBytes encode(const MessageRecord& value) {
  Json recipients = Json::array();
  for (const RecipientRecord& recipient : value.recipients) {
    recipients.push_back(
        {{"user", recipient.user}, {"device", recipient.device}, {"state", recipient.state}});
  }
  return pack({{"number", value.number},
               {"sent", value.direction == Direction::kSent},
               {"id", value.id},
               {"from", value.from},
               {"header", value.header_note},
               {"body", binary(value.body.expose())},
               {"sha256", binary(value.message_sha256)},
               {"unread", value.unread},
               {"confirmed", value.confirmed},
               {"stored", millis(value.stored)},
               {"receipt", value.receipt},
               {"recipients", std::move(recipients)}});
}

crypto::SecretBytes encode(const OutgoingRecord& value) {
  return pack({{"number", value.number},
               {"tag", binary(value.tag)},
               {"submission", binary(value.submission)}});
}

crypto::SecretBytes encode(const SeenRecord& value) {
  return pack({{"number", value.number},
               {"sha256", binary(value.message_sha256)},
               {"tag", binary(value.tag)}});
}

crypto::SecretBytes encode(const ReceiptRecord& value) {
  return pack(
      {{"statement", value.statement}, {"index", value.index}, {"leaf", binary(value.leaf)}});
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
    TRY(base::Bytes identity, binary_at(json, "identity"));
    out.identity = crypto::SecretBytes(base::ByteView(identity));
    crypto::wipe(identity);
    TRY(out.at, time_at(json, "at"));
    TRY(out.expires, time_at(json, "expires"));
    TRY(out.unpublished, string_at(json, "unpublished"));
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

}  // namespace sealpost::flow
