// Consents for the tests of what leaves and enters the register.
#pragma once

#include <string>
#include <vector>

#include "report/consents.hpp"
#include "support/fakes.hpp"

namespace sealpost::report {

inline base::Time day(int number) {
  return testing::FakeClock().now() + std::chrono::hours(24 * number);
}
inline std::string id_of(char digit) { return std::string(32, digit); }

inline Grant small_grant() {
  Grant grant;
  grant.id = id_of('1');
  grant.contact = "jane-doe";
  grant.purposes = {"billing"};
  grant.channels = {"link-sms"};
  grant.method = "paper";
  return grant;
}

inline Grant full_grant() {
  Grant grant = small_grant();
  grant.id = id_of('2');
  grant.purposes = {"billing", "appointment-reminder"};
  grant.channels = {"link-sms", "phone"};
  grant.method = "verbal";
  grant.effective = day(-9);
  grant.expires = day(365);
  grant.evidence = Evidence{"scan, \"1\".pdf", std::uint64_t{5} << 30, {}};
  grant.evidence->sha256.fill(0x64);
  grant.disclosure.emplace();
  grant.disclosure->fill(0x17);
  grant.language = "es-MX";
  grant.version = "v2 of 2026";
  grant.warned = true;
  grant.witness = "Nurse Kim\nroom 4";
  grant.note = "=said 6\" yes; ]} twice";
  grant.after = {id_of('4'), id_of('5')};
  grant.recorded = day(1);
  grant.by = "mercy.example/nurse.kim/phone";
  grant.active = false;
  grant.because = "paused";
  return grant;
}

inline Revocation small_revocation() {
  Revocation revocation;
  revocation.id = id_of('4');
  revocation.contact = "jane-doe";
  return revocation;
}

inline Revocation full_revocation() {
  Revocation revocation = small_revocation();
  revocation.id = id_of('5');
  revocation.purposes = {"billing"};
  revocation.channels = {"link-sms", "sms"};
  revocation.word = "please \"stop\"\x01 texting\r\nme";
  revocation.channel = "sms";
  revocation.received = day(2);
  revocation.recorded = day(3);
  revocation.by = "mercy.example/dr.lee/laptop";
  revocation.active = false;
  return revocation;
}

inline Pause small_pause() {
  Pause pause;
  pause.id = id_of('6');
  pause.contact = "jane-doe";
  pause.word = "please stop";
  return pause;
}

inline Pause full_pause() {
  Pause pause = small_pause();
  pause.id = id_of('7');
  pause.word = "=st0p\x01 it\r\n";
  pause.channel = "sms";
  pause.received = day(2);
  pause.recorded = day(3);
  pause.by = "mercy.example/dr.lee/laptop";
  pause.active = false;
  pause.decision = "dismiss";
  pause.decided = day(4);
  pause.decided_by = "mercy.example/nurse.kim/phone";
  return pause;
}

inline std::vector<Consent> samples_with_pauses() {
  return {small_grant(), small_pause(), full_pause()};
}

inline std::vector<Consent> samples() {
  Grant of_a_file = small_grant();
  of_a_file.evidence = Evidence{"", 12, {}};
  return {small_grant(), full_grant(), of_a_file, small_revocation(), full_revocation()};
}

inline std::string written(Format format, const std::vector<Consent>& consents) {
  base::MemorySink sink;
  const auto writer = consent_writer(format, sink, "mercy.example", day(0));
  for (const Consent& consent : consents) REQUIRE(writer->write(consent));
  REQUIRE(writer->finish());
  return std::string(base::as_text(sink.bytes()));
}

struct Read {
  std::vector<Consent> consents;
  std::vector<std::string> places;
  std::vector<std::string> problems;  // "line 3: why"
  base::Result<void> result;
};

inline Read read_back(Format format, std::string_view text) {
  Read read;
  base::MemorySource source(base::as_bytes(text));
  read.result =
      read_consents(format, source,
                    {[&](Consent consent, const std::string& place) -> base::Result<void> {
                       read.consents.push_back(std::move(consent));
                       read.places.push_back(place);
                       return {};
                     },
                     [&](const Problem& problem) {
                       read.problems.push_back(problem.place + ": " + problem.reason);
                     }});
  return read;
}

}  // namespace sealpost::report
