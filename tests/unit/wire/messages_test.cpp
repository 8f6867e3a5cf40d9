#include "wire/messages.hpp"

#include <doctest/doctest.h>

#include "text/json.hpp"

using namespace sealpost;
using base::Bytes;
using base::Code;
using text::Json;

namespace {

crypto::Digest digest(std::uint8_t byte) {
  crypto::Digest out{};
  out.fill(byte);
  return out;
}

wire::Submission submission() {
  wire::Submission out;
  out.id = "0193aaaa-0000-7000-8000-000000000001";
  out.tag = Bytes(32, 7);
  out.purpose = "general";
  out.message_sha256 = digest(9);
  out.expires = base::Time(base::milliseconds(1800000000123));
  out.envelopes = {{"mercy.example/dr.lee/laptop", "0011223344556677", Bytes(98, 1)}};
  out.payload = Bytes(300, 2);
  out.blobs = {"00112233445566778899aabbccddeeff"};
  out.partial = true;
  return out;
}

Json submission_json() {
  return text::parse_cbor(wire::to_cbor(wire::Submissions{{submission()}}))->at("messages").at(0);
}

base::Error refusal(const Json& message) {
  Json body = Json::object();
  body["messages"] = Json::array({message});
  const auto parsed = wire::parse_submissions(text::to_cbor(body));
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error();
}

bool names(const base::Error& error, std::string_view key) {
  return error.code == Code::kMalformed &&
         error.text.find('"' + std::string(key) + '"') != std::string::npos;
}

// Writing what was parsed gives the same bytes again.
template <typename T>
void survives(const T& value, base::Result<T> (*parse)(base::ByteView)) {
  const Bytes bytes = wire::to_cbor(value);
  const auto back = parse(bytes);
  REQUIRE(back.has_value());
  CHECK(wire::to_cbor(*back) == bytes);
  for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + cut / 8) {
    CHECK_FALSE(parse(base::ByteView(bytes).first(cut)).has_value());
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK_FALSE(parse(longer).has_value());
}

}  // namespace

TEST_CASE("every body survives the way there and back, and no cut one is accepted") {
  survives(wire::RelayInfo{"o+1+k", "l+1+k", 12, "0.1.0"}, wire::parse_relay_info);
  survives(wire::TrustEntries{2, {"a\n", "b\n"}}, wire::parse_trust_entries);
  survives(wire::Enrolment{"c\n", "p\n"}, wire::parse_enrolment);
  survives(wire::PrekeyClaim{"id", {"d", "e"}}, wire::parse_prekey_claim);
  survives(wire::PrekeyBatch{{"p\n"}, {"00ff"}}, wire::parse_prekey_batch);
  survives(wire::PrekeyStock{{"00ff"}, "p\n"}, wire::parse_prekey_stock);
  survives(wire::MfaSecret{base::Bytes(20, 1), {"aaaa-bbbb"}}, wire::parse_mfa_secret);
  survives(wire::MfaCode{"123456"}, wire::parse_mfa_code);
  survives(
      wire::MfaCode{"123456", "0123456789abcdef", base::Time(base::milliseconds(1795000000000))},
      wire::parse_mfa_code);
  survives(wire::MfaProven{base::Time(std::chrono::seconds(1))}, wire::parse_mfa_proven);
  survives(wire::MfaMember{"dr.lee"}, wire::parse_mfa_member);
  survives(wire::MfaState{true, true, base::Time(std::chrono::seconds(1)), {}, 9},
           wire::parse_mfa_state);
  survives(wire::ClaimedPrekeys{{{"d", "p\n"}, {"e", ""}}}, wire::parse_claimed_prekeys);
  survives(wire::Submissions{{submission(), submission()}}, wire::parse_submissions);
  survives(submission().envelopes[0], wire::parse_envelope);
  survives(wire::EnvelopeResult{true}, wire::parse_envelope_result);
  survives(
      wire::SubmissionResults{
          {{"id", true, true, "", "", {{"d"}}, "r\n"},
           {"id2", false, false, "denied", "no", {{"d", wire::RecipientState::kRevoked}}, ""}}},
      wire::parse_submission_results);
  survives(wire::Inbox{{{4, "n\n"}},
                       {{7, "id", "from", base::Time(base::milliseconds(5)), "k", Bytes(9, 1),
                         Bytes(8, 2), "r\n"}},
                       true},
           wire::parse_inbox);
  survives(wire::ReceiptBatch{{"r\n"}}, wire::parse_receipt_batch);
  survives(wire::ReceiptBatchResult{3, 1, true}, wire::parse_receipt_batch_result);
  survives(wire::EvidenceList{{{1, "s\n", 4, Bytes(3, 3)}}, false}, wire::parse_evidence_list);
  survives(wire::BlobReservation{"00", wire::kMaxBlob}, wire::parse_blob_reservation);
  survives(wire::BlobState{{0, 1, 5}, true}, wire::parse_blob_state);
  survives(wire::BlobCompletion{{digest(1), digest(2)}}, wire::parse_blob_completion);
  survives(wire::AuditEntries{{{5, Bytes(3, 3)}}, 6, true}, wire::parse_audit_entries);
  survives(wire::OrderPosting{"o\n"}, wire::parse_order_posting);
  survives(wire::StandingOrder{"o\n", {"a\n", "b\n"}}, wire::parse_standing_order);
  survives(wire::WipeAnswer{"a\n", "v\n"}, wire::parse_wipe_answer);
  survives(wire::OrderState{"o\n", base::Time(base::milliseconds(5)), {}, {}, "", ""},
           wire::parse_order_state);
  survives(wire::RecallPosting{"r\n"}, wire::parse_recall_posting);
  survives(wire::RecallTaken{"r\n", true}, wire::parse_recall_taken);
  survives(wire::RecallSubject{"from", ""}, wire::parse_recall_subject);
}

TEST_CASE("a submission keeps every field") {
  const auto back = wire::parse_submissions(wire::to_cbor(wire::Submissions{{submission()}}));
  REQUIRE(back.has_value());
  REQUIRE(back->messages.size() == 1);
  const wire::Submission& got = back->messages[0];
  const wire::Submission sent = submission();
  CHECK(got.id == sent.id);
  CHECK(got.tag == sent.tag);
  CHECK(got.message_sha256 == sent.message_sha256);
  CHECK(got.expires == sent.expires);
  CHECK(got.envelopes[0].device == sent.envelopes[0].device);
  CHECK(got.envelopes[0].header == sent.envelopes[0].header);
  CHECK(got.payload == sent.payload);
  CHECK(got.blobs == sent.blobs);
  CHECK(got.partial);
}

TEST_CASE("text that is not UTF-8 is refused with its whole body") {
  Json changed = submission_json();
  changed["id"] = "\xff";
  CHECK(refusal(changed).text == "not valid CBOR");
}

TEST_CASE("a missing, mistyped, oversized or unknown member is refused by name") {
  const Json good = submission_json();
  for (const auto& item : good.items()) {
    Json missing = good;
    missing.erase(item.key());
    CHECK(names(refusal(missing), item.key()));
    Json mistyped = good;
    mistyped[item.key()] = nullptr;
    CHECK(names(refusal(mistyped), item.key()));
  }
  const auto with = [&](std::string_view key, Json value) {
    Json changed = good;
    changed[std::string(key)] = std::move(value);
    return refusal(changed);
  };
  CHECK(names(with("extra", 1), "extra"));
  CHECK(names(with("tag", text::binary(Bytes(31, 1))), "tag"));
  CHECK(names(with("tag", text::binary(Bytes(33, 1))), "tag"));
  CHECK(names(with("message-sha256", text::binary(Bytes(31, 1))), "message-sha256"));
  CHECK(names(with("expires", -1), "expires"));
  CHECK(names(with("expires", 253402300800000), "expires"));
  CHECK(names(with("id", "a\nb"), "id"));
  CHECK(names(with("purpose", std::string(513, 'a')), "purpose"));
  Json envelope = good["envelopes"][0];
  CHECK(names(with("envelopes", Json::array({1})), "envelopes"));
  CHECK(names(with("envelopes", Json(wire::kMaxEnvelopes + 1, envelope)), "envelopes"));
  envelope["header"] = text::binary(Bytes(wire::kMaxHeader + 1, 0));
  CHECK(names(with("envelopes", Json::array({envelope})), "header"));
}

TEST_CASE("a batch has at most 256 messages") {
  wire::Submissions batch;
  wire::Submission small = submission();
  small.payload.clear();
  batch.messages.assign(wire::kMaxBatch, small);
  CHECK(wire::parse_submissions(wire::to_cbor(batch)).has_value());
  batch.messages.push_back(small);
  CHECK_FALSE(wire::parse_submissions(wire::to_cbor(batch)).has_value());
}

TEST_CASE("a body that is no map, or holds a key twice, is refused") {
  CHECK_FALSE(wire::parse_receipt_batch(text::to_cbor(Json::array())).has_value());
  CHECK_FALSE(wire::parse_receipt_batch({}).has_value());
  // {"recorded": 1, "recorded": 2}
  Bytes twice{0xa2};
  for (const std::uint8_t value : Bytes{1, 2}) {
    twice.push_back(0x68);
    base::append(twice, base::as_bytes("recorded"));
    twice.push_back(value);
  }
  CHECK_FALSE(wire::parse_receipt_batch_result(twice).has_value());
}

TEST_CASE("a blob above the limit and a part beyond it are refused") {
  CHECK(names(
      wire::parse_blob_reservation(wire::to_cbor(wire::BlobReservation{"00", wire::kMaxBlob + 1}))
          .error(),
      "size"));
  CHECK(names(wire::parse_blob_state(
                  wire::to_cbor(wire::BlobState{{wire::kMaxBlob / wire::kPartSize}, false}))
                  .error(),
              "parts"));
}
