// The words of the audit log, and what they are called in the manual and elsewhere.
#include "report/event_classes.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "audit/event.hpp"

namespace sealpost::report {
namespace {

// The names behind ".It Cm" in the section EVENTS of sealpost-events(7).
std::vector<std::string> names_of_the_page() {
  std::ifstream page(SEALPOST_EVENTS_PAGE);
  std::vector<std::string> names;
  std::string line;
  for (bool inside = false; std::getline(page, line);) {
    if (line.starts_with(".Sh ")) inside = line == ".Sh EVENTS";
    if (!inside || !line.starts_with(".It Cm ")) continue;
    std::string name;
    for (const char c : line.substr(7) + " ") {
      if (c != ' ' && c != ',') {
        name += c;
      } else if (!name.empty()) {
        names.push_back(std::exchange(name, ""));
      }
    }
  }
  return names;
}

std::vector<std::string> words() {
  std::vector<std::string> out;
  for (const audit::Word& word : audit::vocabulary()) out.emplace_back(word.event);
  return out;
}

}  // namespace

TEST_CASE("the manual lists exactly the words that there are, in their order") {
  CHECK(names_of_the_page() == words());
}

TEST_CASE("every word has its class, and no other has one") {
  std::vector<std::string> classified;
  for (const EventClass& one : event_classes()) classified.emplace_back(one.event);
  CHECK(classified == words());
}

TEST_CASE("classes keep to the closed lists of FHIR, OCSF and CEF") {
  // hl7.org/fhir/R4/valueset-audit-event-type.html, the part of DICOM.
  const std::set<std::string_view> types{"110100", "110101", "110106", "110107",
                                         "110110", "110112", "110113", "110114"};
  for (const EventClass& one : event_classes()) {
    CAPTURE(one.event);
    CHECK(one.type.system == "http://dicom.nema.org/resources/ontology/DCM");
    CHECK(types.contains(one.type.code));
    CHECK_FALSE(one.subtype.code.empty());
    CHECK_FALSE(one.subtype.display.empty());
    CHECK(std::string_view("CRUDE").find(one.action) != std::string_view::npos);
    const std::uint32_t group = one.ocsf / 100;
    const std::uint32_t activity = one.ocsf % 100;
    // The last activity of each class before 99, "other".
    const std::uint32_t last = group == 3001 ? 11 : group == 3002 ? 7 : group == 6002 ? 8 : 4;
    CHECK((group == 3001 || group == 3002 || group == 6002 || group == 6003));
    CHECK(((activity >= 1 && activity <= last) || activity == 99));
    CHECK(one.severity >= 0);
    CHECK(one.severity <= 10);
  }
}

TEST_CASE("a word of a later vocabulary is an application's activity") {
  const EventClass later = class_of("message.teleport");
  CHECK(later.event == "message.teleport");
  CHECK(later.type.code == "110100");
  CHECK(later.ocsf == 600399);
}

}  // namespace sealpost::report
