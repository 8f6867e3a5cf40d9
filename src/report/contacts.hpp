// Lists of contacts as files: CSV, JSON Lines. sealpost-contact(1), FORMATS. One thread each.
#pragma once

#include "register/personal.hpp"
#include "report/consents.hpp"

namespace sealpost::report {

struct Person {
  std::string id;          // alias, or id in the register
  reg::Personal personal;  // without alias; without empty values
  bool operator==(const Person&) const = default;
};

// `format` is CSV or JSON Lines; FHIR is a broken invariant.
class PersonWriter {
 public:
  PersonWriter(Format format, base::ByteSink& sink) : format_(format), sink_(&sink) {}
  base::Result<void> write(const Person& person);
  base::Result<void> finish();  // call it once

 private:
  base::Result<void> begin();
  Format format_;
  base::ByteSink* sink_;
  bool has_begun_ = false;
};

// As read_consents(). An empty value says nothing: it takes no field away.
base::Result<void> read_people(Format format, base::ByteSource& source, const Take<Person>& take);

}  // namespace sealpost::report
