#include "report/contacts.hpp"

#include "report/rows.hpp"

namespace sealpost::report {
namespace {

using base::Result;

constexpr Column kColumns[] = {{"id"},       {"name"},      {"phone"},          {"email"},
                               {"language"}, {"birthdate"}, {"representative"}, {"authority"}};
constexpr std::string_view kRequired[] = {"id"};

Result<Person> person_of(const Row& row) {
  Person person;
  for (const auto& [column, value] : row) {
    if (column == "id") {
      person.id = value;
    } else {
      person.personal.emplace(column, value);
    }
  }
  reg::Personal checked = person.personal;
  if (!reg::is_contact_id(person.id)) checked["alias"] = person.id;
  TRY(reg::check_personal(checked));
  return person;
}

Row row_of(const Person& person) {
  Row row{{"id", person.id}};
  row.insert(person.personal.begin(), person.personal.end());
  return row;
}

}  // namespace

Result<void> PersonWriter::begin() {
  if (has_begun_ || format_ != Format::kCsv) return {};
  has_begun_ = true;
  return report::write(*sink_, header_row(kColumns));
}

Result<void> PersonWriter::write(const Person& person) {
  TRY(begin());
  const Row row = row_of(person);
  const bool is_csv = format_ == Format::kCsv;
  return report::write(
      *sink_, is_csv ? csv_row_of(row, kColumns) : json_line_of(row, kColumns, "contact-row"));
}

Result<void> PersonWriter::finish() { return begin(); }

Result<void> read_people(Format format, base::ByteSource& source, const Take<Person>& take) {
  const Take<Row> rows{[&](const Row& row, const std::string& place) -> Result<void> {
                         auto person = person_of(row);
                         if (person) return take.value(*std::move(person), place);
                         take.problem({place, person.error().text});
                         return {};
                       },
                       take.problem};
  return read_rows(format, source, kColumns, kRequired, rows);
}

}  // namespace sealpost::report
