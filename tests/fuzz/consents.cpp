// Lists of consents and contacts (report/consents.hpp, contacts.hpp): what was taken is written and
// read back as it was. The first byte chooses.
#include "report/consents.hpp"

#include "report/contacts.hpp"
#include "tests/fuzz/target.hpp"

using namespace sealpost;

namespace {

template <typename Value>
report::Take<Value> into(std::vector<Value>& taken) {
  return {[&taken](Value value, const std::string&) -> base::Result<void> {
            taken.push_back(std::move(value));
            return {};
          },
          [](const report::Problem& problem) { fuzz::require(!problem.reason.empty()); }};
}

std::vector<report::Consent> consents_in(report::Format format, base::ByteView bytes) {
  std::vector<report::Consent> taken;
  base::MemorySource source(bytes);
  const auto result = report::read_consents(format, source, into(taken));
  if (!result) taken.clear();
  return taken;
}

void check_consents(report::Format format, base::ByteView bytes) {
  const auto taken = consents_in(format, bytes);
  base::MemorySink sink;
  const auto writer = report::consent_writer(format, sink, "mercy.example", base::Time{});
  for (const report::Consent& consent : taken) fuzz::require(writer->write(consent).has_value());
  fuzz::require(writer->finish().has_value());
  fuzz::require(consents_in(format, sink.bytes()) == taken);
}

void check_people(report::Format format, base::ByteView bytes) {
  std::vector<report::Person> taken;
  base::MemorySource source(bytes);
  if (!report::read_people(format, source, into(taken))) return;
  base::MemorySink sink;
  report::PersonWriter writer(format, sink);
  for (const report::Person& person : taken) fuzz::require(writer.write(person).has_value());
  fuzz::require(writer.finish().has_value());
  std::vector<report::Person> again;
  base::MemorySource second(sink.bytes());
  fuzz::require(report::read_people(format, second, into(again)).has_value() && again == taken);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const base::ByteView rest(data + 1, size - 1);
  switch (data[0]) {
    case 'c':
      check_consents(report::Format::kCsv, rest);
      break;
    case 'j':
      check_consents(report::Format::kJsonLines, rest);
      break;
    case 'p':
      check_people(report::Format::kCsv, rest);
      break;
    case 'q':
      check_people(report::Format::kJsonLines, rest);
      break;
    default:
      check_consents(report::Format::kFhir, rest);
  }
  return 0;
}
