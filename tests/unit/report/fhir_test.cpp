#include <doctest/doctest.h>

#include "fhir_rules.hpp"
#include "sample.hpp"

using namespace sealpost;
using namespace sealpost::report;
using text::Json;

namespace {

Json bundle_of(const std::vector<Consent>& consents) {
  const auto json = text::parse_json(written(Format::kFhir, consents));
  REQUIRE(json);
  return *json;
}

// What has a resource only when it was recorded.
std::vector<Consent> recorded() {
  std::vector<Consent> all = samples();
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::visit(
        [&](auto& value) {
          value.recorded = day(1);
          value.id = id_of(static_cast<char>('1' + i));
        },
        all[i]);
  }
  return all;
}

// A Bundle of one resource, changed.
template <typename Change>
Read read_changed(const Consent& consent, Change change) {
  Json bundle = bundle_of({consent});
  change(bundle["entry"][0]["resource"]);
  return read_back(Format::kFhir, bundle.dump());
}

template <typename Change>
std::string problem_of(Change change) {
  const Read read = read_changed(Consent(full_grant()), change);
  REQUIRE(read.result);
  REQUIRE(read.problems.size() == 1);
  CHECK(read.consents.empty());
  CHECK(read.problems[0].starts_with("entry 1: "));
  return read.problems[0].substr(9);
}

bool has(const std::string& text, std::string_view part) {
  CAPTURE(text);
  return text.find(part) != std::string::npos;
}

std::string refusal(std::string_view text) {
  const Read read = read_back(Format::kFhir, text);
  if (read.result) return "";
  CHECK(read.result.error().code == base::Code::kMalformed);
  return read.result.error().text;
}

}  // namespace

TEST_CASE("what is written are Consent resources of FHIR R4 in a Bundle") {
  const Json bundle = bundle_of(recorded());
  CHECK(against_bundle(bundle) == "");
  REQUIRE(bundle["entry"].size() == recorded().size());
  for (const Json& entry : bundle["entry"]) {
    CAPTURE(entry.dump(1));
    CHECK(against_consent(entry["resource"]) == "");
  }
  CHECK(against_bundle(bundle_of({})) == "");
}

TEST_CASE("a grant permits, and a revocation denies") {
  const Json bundle =
      bundle_of({full_grant(), full_revocation(), small_grant(), small_revocation()});
  const auto resource = [&](std::size_t i) { return bundle["entry"][i]["resource"]; };
  CHECK(resource(0)["status"] == "inactive");
  CHECK(resource(0)["provision"]["type"] == "permit");
  CHECK(resource(0)["provision"]["period"]["end"] == "2027-11-21T12:00:00Z");
  CHECK(resource(0)["provision"]["purpose"][1]["code"] == "appointment-reminder");
  CHECK(resource(0)["policy"][0]["uri"] ==
        "urn:sealpost:disclosure:sha256:"
        "1717171717171717171717171717171717171717171717171717171717171717");
  CHECK(resource(1)["provision"]["type"] == "deny");
  CHECK(resource(2)["status"] == "active");
  CHECK(resource(2)["policy"][0]["uri"] == "urn:sealpost:policy:mercy.example");
  CHECK(!resource(3)["provision"].contains("purpose"));
  CHECK(resource(3)["patient"]["identifier"]["value"] == "jane-doe");
}

TEST_CASE("a consent of another system is taken when it says enough") {
  const Read read =
      read_back(Format::kFhir, R"({"resourceType":"Bundle","type":"searchset","total":1,
    "link":[{"relation":"self","url":"x"}],"entry":[{"resource":{
      "resourceType":"Consent","status":"active","patient":{"reference":"Patient/jane-doe"},
      "scope":{"coding":[{"system":"http://other","code":"x"},
        {"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
      "category":[{"text":"to be written to"}],"verification":[{"verified":true}],
      "dateTime":"2026-01-04","provision":{"type":"permit",
        "extension":[{"url":"urn:sealpost:channel","valueCode":"phone"},{"url":"urn:other","valueInteger":1}],
        "period":{"end":"2027-01-04T10:00:00+01:00"},
        "purpose":[{"system":"urn:sealpost:purpose","code":"billing"}]}}}]})");
  REQUIRE(read.result);
  CHECK(read.problems == std::vector<std::string>{});
  REQUIRE(read.consents.size() == 1);
  const Grant& grant = std::get<Grant>(read.consents[0]);
  CHECK(grant.contact == "jane-doe");
  CHECK(grant.method == "import");
  CHECK(grant.channels == std::vector<std::string>{"phone"});
  CHECK(grant.expires == day(43) + std::chrono::hours(21));
  CHECK(grant.recorded == day(-321) - std::chrono::hours(12));
}

TEST_CASE("a consent that says what the register cannot hold is not taken half") {
  CHECK(has(problem_of([](Json& r) { r["resourceType"] = "Patient"; }), "no Consent"));
  CHECK(has(problem_of([](Json& r) { r["modifierExtension"] = Json::array(); }),
            "modifierExtension"));
  CHECK(has(problem_of([](Json& r) { r["provision"]["provision"] = Json::array(); }),
            "\"provision\""));
  CHECK(has(problem_of([](Json& r) { r["provision"]["actor"] = Json::array(); }), "\"actor\""));
  CHECK(has(problem_of([](Json& r) { r["provision"]["data"] = Json::array(); }), "\"data\""));
  CHECK(has(problem_of([](Json& r) { r["status"] = "entered-in-error"; }), "status"));
  CHECK(has(problem_of([](Json& r) { r.erase("status"); }), "status"));
  CHECK(has(problem_of([](Json& r) { r.erase("provision"); }), "no provision"));
  CHECK(has(problem_of([](Json& r) { r["provision"].erase("type"); }), "neither permit nor deny"));
  CHECK(has(problem_of([](Json& r) { r["provision"].erase("extension"); }), "no channel"));
  CHECK(has(problem_of([](Json& r) { r["provision"].erase("purpose"); }), "without a purpose"));
  CHECK(has(problem_of([](Json& r) { r.erase("patient"); }), "patient"));
  CHECK(has(problem_of([](Json& r) { r["patient"] = Json::object(); }), "patient"));
  CHECK(has(problem_of([](Json& r) { r["patient"]["identifier"]["system"] = "http://other/mrn"; }),
            "another system"));
  CHECK(has(problem_of([](Json& r) {
              r["patient"] = {{"reference", "Organization/jane-doe"}};
            }),
            "patient"));
  CHECK(has(problem_of([](Json& r) { r["provision"]["purpose"][0]["system"] = "urn:other"; }),
            "another system"));
  CHECK(has(problem_of([](Json& r) { r["dateTime"] = "yesterday"; }), "dateTime"));
  CHECK(has(problem_of([](Json& r) { r["provision"]["period"]["end"] = "2027"; }), "period"));
  CHECK(has(problem_of([](Json& r) { r["sourceAttachment"].erase("extension"); }), "sha256"));
  CHECK(has(problem_of([](Json& r) {
              r["extension"][0] = {{"url", "urn:sealpost:method"}, {"valueInteger", 1}};
            }),
            "another type"));
  CHECK(has(problem_of([](Json& r) { r["extension"].push_back(r["extension"][0]); }), "twice"));
  const Read read = read_changed(Consent(full_revocation()), [](Json& r) {
    r["provision"]["period"] = {{"end", "2027-01-01"}};
  });
  CHECK(has(read.problems.at(0), "\"period\""));
}

TEST_CASE("a consent that nobody stands behind, or to something else, is refused with the reason") {
  const auto scope = [](Json& r) -> Json& { return r["scope"]["coding"]; };
  CHECK(has(problem_of([](Json& r) { r.erase("scope"); }), "no scope"));
  CHECK(has(problem_of([&](Json& r) { scope(r) = Json::array(); }), "not patient-privacy"));
  CHECK(has(problem_of([&](Json& r) { scope(r)[0]["code"] = "research"; }), "\"research\""));
  CHECK(
      has(problem_of([&](Json& r) { scope(r)[0]["system"] = "urn:mine"; }), "not patient-privacy"));
  CHECK(has(problem_of([&](Json& r) {
              scope(r).push_back(scope(r)[0]);
              scope(r)[1]["code"] = "treatment";
            }),
            "\"treatment\""));
  CHECK(has(problem_of([](Json& r) { r.erase("category"); }), "no category"));
  CHECK(has(problem_of([](Json& r) { r["category"] = Json::array(); }), "no category"));
  const auto verified = [](Json list) { return [list](Json& r) { r["verification"] = list; }; };
  for (const char* list : {R"([{"verified":false}])", R"([{}])", R"([{"verified":"true"}])",
                           R"([{"verified":true},{"verified":false}])", R"({"verified":true})"}) {
    CHECK(has(problem_of(verified(*text::parse_json(list))), "not verified"));
  }
  for (const char* status : {"draft", "proposed", "rejected"}) {
    CHECK(has(problem_of([&](Json& r) { r["status"] = status; }), "neither active nor inactive"));
  }
}

TEST_CASE("only a collection and what a search found are read") {
  Json bundle = bundle_of({small_grant()});
  for (const char* type : {"history", "transaction", "transaction-response", "batch", "message",
                           "document", "Collection", ""}) {
    bundle["type"] = type;
    CHECK(has(refusal(bundle.dump()), "neither collection nor searchset"));
  }
  bundle.erase("type");
  CHECK(has(refusal(bundle.dump()), "without a type"));
  // Where the type stands in front of them no entry of another Bundle is taken; dump() sorts.
  std::string text = written(Format::kFhir, {small_grant()});
  text.replace(text.find("collection"), 10, "history");
  const Read early = read_back(Format::kFhir, text);
  CHECK(!early.result);
  CHECK(early.consents.empty());
}

TEST_CASE("a bad entry does not cost the others") {
  Json bundle = bundle_of({small_grant(), full_grant(), small_revocation()});
  bundle["entry"][1] = Json::array();
  bundle["entry"].push_back({{"fullUrl", std::string(300'000, 'x')}});
  bundle["entry"].push_back({{"fullUrl", "x"}});
  const Read read = read_back(Format::kFhir, bundle.dump());
  REQUIRE(read.result);
  CHECK(read.problems == std::vector<std::string>{"entry 2: it has no resource",
                                                  "entry 4: it is longer than 256 KiB",
                                                  "entry 5: it has no resource"});
  CHECK(read.consents == std::vector<Consent>{small_grant(), small_revocation()});
}

TEST_CASE("a file that is no Bundle is refused as a whole") {
  CHECK(has(refusal(""), "not valid JSON"));
  CHECK(has(refusal("[]"), "no FHIR Bundle"));
  CHECK(has(refusal(R"({"resourceType":"Consent"})"), "no FHIR Bundle"));
  const auto frame = [](const std::string& entry) {
    return R"({"resourceType":"Bundle","type":"collection",)" + entry + "}";
  };
  CHECK(has(refusal(frame(R"("entry":{})")), "no array"));
  CHECK(has(refusal(frame(R"("entry":[1])")), "no array"));
  CHECK(has(refusal(frame(R"("\u0065ntry":[{}])")), "no array"));
  std::string text = written(Format::kFhir, samples());
  for (std::size_t size = 0; size + 2 < text.size(); size += 97) {
    CHECK(!read_back(Format::kFhir, text.substr(0, size)).result);
  }
  CHECK(has(refusal(text + "x"), "not valid JSON"));
  CHECK(has(refusal(std::string(17 << 20, ' ')), "too long"));
  const std::string quote = R"({"note":"6\"",)" + written(Format::kFhir, {small_grant()}).substr(1);
  CHECK(read_back(Format::kFhir, quote).consents.size() == 1);
  // Brackets in texts, and arrays of that name elsewhere, are none of the Bundle's.
  CHECK(
      refusal(
          R"({"note":"]}\"","meta":{"entry":[{}],"type":"x"},"resourceType":"Bundle","type":"searchset","entry":[]})")
          .empty());
}

TEST_CASE("the rules of the tests see what is wrong") {
  Json good = bundle_of(recorded())["entry"][1]["resource"];
  const auto wrong = [&](auto change) {
    Json bad = good;
    change(bad);
    return against_consent(bad);
  };
  CHECK(wrong([](Json&) {}) == "");
  CHECK(wrong([](Json& r) { r["verification"] = Json::array({1}); }) == "a member verification");
  CHECK(wrong([](Json& r) { r.erase("policy"); }) == "no member policy");
  CHECK(wrong([](Json& r) { r["provision"]["period"]["end"] = "2020-01-01T00:00:00Z"; }) ==
        "a period that ends first");
  CHECK(wrong([](Json& r) { r["extension"] = Json::array(); }) == "an empty array or object");
}
