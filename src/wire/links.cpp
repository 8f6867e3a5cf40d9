// Bodies about what contacts send back: replies and stops.
#include "wire/fields.hpp"
#include "wire/messages.hpp"

namespace sealpost::wire {
namespace {

using text::Json;

constexpr std::size_t kMaxLeaf = 65535;  // bytes, as the audit module's
constexpr std::size_t kMaxPurposes = 64;

base::Result<ContactReply> read_reply(Fields& in) {
  ContactReply out;
  TRY(out.cursor, in.number("cursor"));
  TRY(out.id, in.line("id"));
  TRY(out.message, in.line("message"));
  TRY(out.at, in.time("at"));
  TRY(out.file, in.bytes("file", kMaxReplyFile));
  return out;
}

base::Result<ContactReplies> read_replies(Fields& in) {
  ContactReplies out;
  TRY(out.replies, in.list<ContactReply>("replies", kMaxBatch, read_reply));
  TRY(out.more, in.flag("more"));
  return out;
}

base::Result<RepliesStored> read_stored(Fields& in) {
  RepliesStored out;
  TRY(out.ids, in.lines("ids", kMaxBatch));
  return out;
}

base::Result<Stop> read_stop(Fields& in) {
  Stop out;
  TRY(out.number, in.number("number"));
  TRY(out.contact, in.line("contact"));
  TRY(out.purpose, in.line("purpose"));
  TRY(out.index, in.number("index"));
  TRY(out.leaf, in.bytes("leaf", kMaxLeaf));
  return out;
}

base::Result<Stops> read_stops(Fields& in) {
  Stops out;
  TRY(out.stops, in.list<Stop>("stops", kMaxBatch, read_stop));
  TRY(out.more, in.flag("more"));
  return out;
}

base::Result<StopsRecorded> read_recorded(Fields& in) {
  StopsRecorded out;
  TRY(Json * numbers, in.array("numbers", kMaxBatch));
  for (const Json& number : *numbers) {
    if (!number.is_number_unsigned()) return malformed("numbers", "must hold whole numbers");
    out.numbers.push_back(number.get<std::uint64_t>());
  }
  return out;
}

base::Result<StopLift> read_lift(Fields& in) {
  StopLift out;
  TRY(out.contact, in.line("contact"));
  TRY(out.purposes, in.lines("purposes", kMaxPurposes));
  return out;
}

}  // namespace

Bytes to_cbor(const ContactReplies& value) {
  const auto write = [](const ContactReply& item) {
    return Json{{"cursor", item.cursor},
                {"id", item.id},
                {"message", item.message},
                {"at", time_value(item.at)},
                {"file", text::binary(item.file)}};
  };
  return text::to_cbor({{"replies", array_of(value.replies, write)}, {"more", value.more}});
}

Bytes to_cbor(const RepliesStored& value) {
  Json out = Json::object();
  out["ids"] = value.ids;
  return text::to_cbor(out);
}

Bytes to_cbor(const Stops& value) {
  const auto write = [](const Stop& item) {
    return Json{{"number", item.number},
                {"contact", item.contact},
                {"purpose", item.purpose},
                {"index", item.index},
                {"leaf", text::binary(item.leaf)}};
  };
  return text::to_cbor({{"stops", array_of(value.stops, write)}, {"more", value.more}});
}

Bytes to_cbor(const StopsRecorded& value) {
  Json out = Json::object();
  out["numbers"] = value.numbers;
  return text::to_cbor(out);
}

Bytes to_cbor(const StopLift& value) {
  return text::to_cbor({{"contact", value.contact}, {"purposes", Json(value.purposes)}});
}

base::Result<ContactReplies> parse_contact_replies(ByteView body) {
  return parse_body<ContactReplies>(body, read_replies);
}
base::Result<RepliesStored> parse_replies_stored(ByteView body) {
  return parse_body<RepliesStored>(body, read_stored);
}
base::Result<Stops> parse_stops(ByteView body) { return parse_body<Stops>(body, read_stops); }
base::Result<StopsRecorded> parse_stops_recorded(ByteView body) {
  return parse_body<StopsRecorded>(body, read_recorded);
}
base::Result<StopLift> parse_stop_lift(ByteView body) {
  return parse_body<StopLift>(body, read_lift);
}

}  // namespace sealpost::wire
