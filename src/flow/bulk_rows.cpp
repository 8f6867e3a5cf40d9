#include "flow/bulk_rows.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "flow/addressees.hpp"
#include "flow/gate.hpp"
#include "flow/registry.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

using base::Code;

constexpr std::string_view kMemberAddress = "member:";

base::Error usage(std::string text, std::string hint = "") {
  return {Code::kUsage, std::move(text), std::move(hint)};
}

// Every field with its length, so that no two rows look the same.
std::string whole_row_key(const text::CsvRow& row) {
  std::string all;
  for (const std::string& field : row.fields) all += fmt::format("{}:{}", field.size(), field);
  return base::to_hex(crypto::sha256(base::as_bytes(all)));
}

base::Result<OutgoingFile> file_of(const BulkPlan& plan, const std::string& named) {
  const std::filesystem::path path = std::filesystem::path(plan.folder) / named;
  const std::string name = path.filename().string();
  if (name.empty()) return usage("the file has no name");
  return OutgoingFile{path, name, true};
}

}  // namespace

RowMaker::RowMaker(const Installation& installation, const BulkPlan& plan, text::Template text,
                   text::Template subject)
    : installation_(installation),
      plan_(plan),
      text_(std::move(text)),
      subject_(std::move(subject)) {}

base::Result<RowMaker> RowMaker::make(const Installation& installation, const BulkPlan& plan) {
  TRY(text::Template text, text::Template::parse(plan.text));
  auto subject = text::Template::parse(plan.subject);
  if (!subject) return base::with_context(std::move(subject).error(), "--subject");
  if (!plan.expires.empty()) TRY(text::parse_deadline(plan.expires, base::Time{}));
  return RowMaker(installation, plan, std::move(text), *std::move(subject));
}

std::vector<std::string> RowMaker::columns() const {
  std::vector<std::string> all = text_.columns();
  all.insert(all.end(), subject_.columns().begin(), subject_.columns().end());
  return all;
}

std::string RowMaker::key_of(const text::CsvReader& table, const text::CsvRow& row) const {
  if (!row.problem.empty()) return fmt::format("bad {}", row.line);
  const std::string_view given =
      plan_.key_column.empty() ? std::string_view() : table.field(row, plan_.key_column);
  return given.empty() ? "row " + whole_row_key(row) : "key " + std::string(given);
}

base::Result<std::string> RowMaker::addressee(const std::string& written) const {
  if (written.empty()) return usage(fmt::format("the column {} is empty", plan_.to_column));
  if (written.starts_with(kGroupAddress) || written.starts_with(kContactAddress)) return written;
  if (written.starts_with(kMemberAddress)) return written.substr(kMemberAddress.size());
  const bool member = trust::is_user(written) && !installation_.chain().devices_of(written).empty();
  const auto contact = find_contact(installation_.vault(), written);
  if (!contact && contact.error().code != Code::kNotFound) return contact.error();
  if (member && contact) {
    return base::Error{Code::kConflict,
                       fmt::format("{} is a member and a contact", text::for_terminal(written)),
                       "write member: or contact: in front of it"};
  }
  return member ? written : std::string(kContactAddress) + written;
}

base::Result<SendRequest> RowMaker::request_for(const text::CsvReader& table,
                                                const text::CsvRow& row, base::Time now) const {
  if (!row.problem.empty()) return usage(row.problem);
  const auto field = [&](std::string_view column) { return table.field(row, column); };
  SendRequest request;
  TRY(std::string to, addressee(std::string(field(plan_.to_column))));
  request.to.push_back(std::move(to));
  request.purpose = plan_.purpose;
  request.body = crypto::SecretBytes(base::as_bytes(text_.fill(field)));
  if (!plan_.subject.empty()) request.subject = subject_.fill(field);
  if (!plan_.expires.empty()) {
    TRY(request.expires, text::parse_deadline(plan_.expires, now));
  }
  if (!plan_.file_column.empty() && !field(plan_.file_column).empty()) {
    TRY(OutgoingFile file, file_of(plan_, std::string(field(plan_.file_column))));
    request.files.push_back(std::move(file));
  }
  if (request.to.front().starts_with(kContactAddress)) {
    request.link.passcode = plan_.passcode;
    request.link.views = plan_.views;
  }
  return request;
}

}  // namespace sealpost::flow
