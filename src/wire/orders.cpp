// Bodies about orders to wipe a device.
#include "wire/fields.hpp"
#include "wire/messages.hpp"

namespace sealpost::wire {
namespace {

using text::Json;

base::Result<OrderPosting> read_posting(Fields& in) {
  OrderPosting out;
  TRY(out.order, in.note("order"));
  return out;
}

base::Result<StandingOrder> read_standing(Fields& in) {
  StandingOrder out;
  TRY(out.order, in.note("order"));
  TRY(out.entries, in.notes("entries", kMaxList));
  return out;
}

base::Result<WipeAnswer> read_answer(Fields& in) {
  WipeAnswer out;
  TRY(out.answer, in.note("answer"));
  TRY(out.voucher, in.note("voucher"));
  return out;
}

base::Result<OrderState> read_state(Fields& in) {
  OrderState out;
  TRY(out.order, in.note("order"));
  TRY(out.ordered, in.time("ordered"));
  TRY(out.fetched, in.time("fetched"));
  TRY(out.wiped, in.time("wiped"));
  TRY(out.answer, in.note("answer"));
  TRY(out.voucher, in.note("voucher"));
  return out;
}

}  // namespace

Bytes to_cbor(const OrderPosting& value) { return text::to_cbor(Json{{"order", value.order}}); }

Bytes to_cbor(const StandingOrder& value) {
  return text::to_cbor({{"order", value.order}, {"entries", Json(value.entries)}});
}

Bytes to_cbor(const WipeAnswer& value) {
  return text::to_cbor({{"answer", value.answer}, {"voucher", value.voucher}});
}

Bytes to_cbor(const OrderState& value) {
  return text::to_cbor({{"order", value.order},
                        {"ordered", time_value(value.ordered)},
                        {"fetched", time_value(value.fetched)},
                        {"wiped", time_value(value.wiped)},
                        {"answer", value.answer},
                        {"voucher", value.voucher}});
}

base::Result<OrderPosting> parse_order_posting(ByteView body) {
  return parse_body<OrderPosting>(body, read_posting);
}
base::Result<StandingOrder> parse_standing_order(ByteView body) {
  return parse_body<StandingOrder>(body, read_standing);
}
base::Result<WipeAnswer> parse_wipe_answer(ByteView body) {
  return parse_body<WipeAnswer>(body, read_answer);
}
base::Result<OrderState> parse_order_state(ByteView body) {
  return parse_body<OrderState>(body, read_state);
}

}  // namespace sealpost::wire
