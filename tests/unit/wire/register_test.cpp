// Bodies of the routes of the register.
#include <doctest/doctest.h>

#include "text/json.hpp"
#include "wire/messages.hpp"

using namespace sealpost;
using base::Bytes;
using base::Code;
using text::Json;

namespace {

const std::string kContact = "c-00112233445566778899aabbccddeeff";

wire::WrappedKey key() { return {kContact, 2, Bytes(wire::kWrappedKeySize, 5)}; }

wire::RegisterAppend append() {
  return {"0193aaaa-0000-7000-8000-000000000001", 2, 7, Bytes(300, 1), {key()}, {kContact},
          {"00112233445566778899aabbccddeeff"}};
}

wire::RegisterGrant grant() { return {"mercy.example/dr.lee/laptop", 2, "0011", Bytes(90, 3)}; }

template <typename T>
void survives(const T& value, base::Result<T> (*parse)(base::ByteView)) {
  const Bytes bytes = wire::to_cbor(value);
  const auto back = parse(bytes);
  REQUIRE(back.has_value());
  CHECK(wire::to_cbor(*back) == bytes);
  for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + cut / 8) {
    CHECK_FALSE(parse(base::ByteView(bytes).first(cut)).has_value());
  }
}

template <typename T>
bool refuses(const base::Result<T>& parsed, std::string_view key) {
  return !parsed && parsed.error().code == Code::kMalformed &&
         parsed.error().text.find('"' + std::string(key) + '"') != std::string::npos;
}

bool refuses(const wire::RegisterAppend& entry, std::string_view key) {
  return refuses(wire::parse_register_append(wire::to_cbor(entry)), key);
}

}  // namespace

TEST_CASE("every body of the register survives the way there and back, and no cut one does") {
  survives(wire::RegisterState{9, 2, {{"mercy.example/dr.lee/laptop", 2}}},
           wire::parse_register_state);
  survives(wire::RegisterEntries{{{7, Bytes(300, 1), 12, Bytes(90, 2)}}, {key()}, true},
           wire::parse_register_entries);
  survives(append(), wire::parse_register_append);
  survives(wire::RegisterAppended{8, true}, wire::parse_register_appended);
  survives(grant(), wire::parse_register_grant);
  survives(wire::RegisterGrants{{grant(), grant()}}, wire::parse_register_grants);
  survives(wire::ConsentDecisions{{{kContact, "billing", "", false, "no-grant", ""}}},
           wire::parse_consent_decisions);
}

TEST_CASE("an entry to append keeps every field") {
  const auto got = wire::parse_register_append(wire::to_cbor(append()));
  REQUIRE(got.has_value());
  const wire::RegisterAppend sent = append();
  CHECK(got->id == sent.id);
  CHECK(got->epoch == sent.epoch);
  CHECK(got->after == sent.after);
  CHECK(got->file == sent.file);
  CHECK(got->keys.at(0).contact == sent.keys[0].contact);
  CHECK(got->keys.at(0).epoch == sent.keys[0].epoch);
  CHECK(got->keys.at(0).wrapped == sent.keys[0].wrapped);
  CHECK(got->shredded == sent.shredded);
  CHECK(got->blobs == sent.blobs);
}

TEST_CASE("a missing, mistyped or unknown member of an entry to append is refused by name") {
  const Json good = *text::parse_cbor(wire::to_cbor(append()));
  const auto parse = [](const Json& body) {
    return wire::parse_register_append(text::to_cbor(body));
  };
  for (const auto& item : good.items()) {
    Json missing = good;
    missing.erase(item.key());
    CHECK(refuses(parse(missing), item.key()));
    Json mistyped = good;
    mistyped[item.key()] = nullptr;
    CHECK(refuses(parse(mistyped), item.key()));
  }
  Json more = good;
  more["extra"] = 1;
  CHECK(refuses(parse(more), "extra"));
}

TEST_CASE("an entry has at most 2 MiB, 1000 keys of 72 bytes, 1000 contacts shredded and blobs") {
  wire::RegisterAppend entry = append();
  entry.file.assign(wire::kMaxRegisterFile, 1);
  entry.keys.assign(wire::kMaxRecords, key());
  entry.shredded.assign(wire::kMaxRecords, kContact);
  entry.blobs.assign(wire::kMaxRecords, "00");
  CHECK(wire::parse_register_append(wire::to_cbor(entry)).has_value());
  CHECK(wire::to_cbor(entry).size() <= wire::kMaxBody);

  entry.file.push_back(1);
  CHECK(refuses(entry, "file"));
  entry.file.pop_back();
  entry.keys.push_back(key());
  CHECK(refuses(entry, "keys"));
  entry.keys.resize(1);
  for (const std::size_t size : {71, 73}) {
    entry.keys[0].wrapped.assign(size, 1);
    CHECK(refuses(entry, "wrapped"));
  }
  entry.keys.clear();
  entry.shredded.push_back(kContact);
  CHECK(refuses(entry, "shredded"));
  entry.shredded.clear();
  entry.blobs.push_back("00");
  CHECK(refuses(entry, "blobs"));
}

TEST_CASE("an answer, a request for grants and one of decisions are bounded") {
  wire::RegisterEntries answer;
  answer.entries.assign(wire::kMaxRegisterPage, {1, Bytes(1, 1), 1, Bytes(1, 1)});
  CHECK(wire::parse_register_entries(wire::to_cbor(answer)).has_value());
  answer.entries.emplace_back();
  CHECK(refuses(wire::parse_register_entries(wire::to_cbor(answer)), "entries"));

  wire::RegisterGrants grants;
  grants.grants.assign(wire::kMaxBatch, grant());
  CHECK(wire::parse_register_grants(wire::to_cbor(grants)).has_value());
  grants.grants.push_back(grant());
  CHECK(refuses(wire::parse_register_grants(wire::to_cbor(grants)), "grants"));
  wire::RegisterGrant large = grant();
  large.file.assign(wire::kMaxGrantFile + 1, 1);
  CHECK(refuses(wire::parse_register_grant(wire::to_cbor(large)), "file"));

  wire::ConsentDecisions decisions;
  decisions.decisions.assign(wire::kMaxBatch, {kContact, "billing", "", true, "granted", ""});
  CHECK(wire::parse_consent_decisions(wire::to_cbor(decisions)).has_value());
  decisions.decisions.emplace_back();
  CHECK(refuses(wire::parse_consent_decisions(wire::to_cbor(decisions)), "decisions"));
}
