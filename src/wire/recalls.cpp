// Bodies about messages that are taken back.
#include "wire/fields.hpp"
#include "wire/messages.hpp"

namespace sealpost::wire {
namespace {

using text::Json;

base::Result<RecallPosting> read_posting(Fields& in) {
  RecallPosting out;
  TRY(out.recall, in.note("recall"));
  return out;
}

base::Result<RecallTaken> read_taken(Fields& in) {
  RecallTaken out;
  TRY(out.recall, in.note("recall"));
  TRY(out.duplicate, in.flag("duplicate"));
  return out;
}

base::Result<RecallSubject> read_subject(Fields& in) {
  RecallSubject out;
  TRY(out.from, in.line("from"));
  TRY(out.recall, in.note("recall"));
  return out;
}

}  // namespace

Bytes to_cbor(const RecallPosting& value) { return text::to_cbor(Json{{"recall", value.recall}}); }

Bytes to_cbor(const RecallTaken& value) {
  return text::to_cbor({{"recall", value.recall}, {"duplicate", value.duplicate}});
}

Bytes to_cbor(const RecallSubject& value) {
  return text::to_cbor({{"from", value.from}, {"recall", value.recall}});
}

base::Result<RecallPosting> parse_recall_posting(ByteView body) {
  return parse_body<RecallPosting>(body, read_posting);
}
base::Result<RecallTaken> parse_recall_taken(ByteView body) {
  return parse_body<RecallTaken>(body, read_taken);
}
base::Result<RecallSubject> parse_recall_subject(ByteView body) {
  return parse_body<RecallSubject>(body, read_subject);
}

}  // namespace sealpost::wire
