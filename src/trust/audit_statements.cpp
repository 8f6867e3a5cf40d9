#include "trust/audit_statements.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "text/safety.hpp"
#include "trust/fields.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;

constexpr std::size_t kLine = 1024;  // characters of base64 in one field

void add_number(note::StatementBuilder& builder, std::string_view key,
                const std::optional<std::uint64_t>& value) {
  if (value) builder.add(key, *value);
}

Result<std::optional<std::uint64_t>> maybe_number(note::StatementReader& reader,
                                                  std::string_view key) {
  TRY(const auto text, reader.maybe(key));
  if (!text) return std::optional<std::uint64_t>();
  TRY(const std::uint64_t value, base::parse_decimal(*text));
  return std::optional<std::uint64_t>(value);
}

}  // namespace

Result<std::string> format(const Export& value) {
  note::StatementBuilder builder("export");
  builder.add_digest("sha256", value.sha256).add("size", value.size).add("format", value.format);
  builder.add("count", value.count);
  add_number(builder, "first", value.first);
  add_number(builder, "last", value.last);
  add_text(builder, "filter", value.filter);
  const std::string checkpoint = base::to_base64(base::as_bytes(value.checkpoint));
  for (std::size_t at = 0; at < checkpoint.size(); at += kLine) {
    builder.add("checkpoint", std::string_view(checkpoint).substr(at, kLine));
  }
  add_text(builder, "by", value.by);
  return builder.add_time("at", value.at).text();
}

Result<Export> parse_export(std::string_view text) {
  TRY(auto reader, note::StatementReader::open(text, "export"));
  Export value;
  TRY(value.sha256, reader.digest("sha256"));
  TRY(value.size, reader.number("size"));
  TRY(value.format, reader.one("format"));
  TRY(value.count, reader.number("count"));
  TRY(value.first, maybe_number(reader, "first"));
  TRY(value.last, maybe_number(reader, "last"));
  TRY(value.filter, text_field(reader, "filter"));
  std::string checkpoint;
  TRY(const auto lines, reader.all("checkpoint"));
  for (const std::string& line : lines) checkpoint += line;
  TRY(const base::Bytes bytes, base::parse_base64(checkpoint));
  value.checkpoint = base::as_text(bytes);
  TRY(value.by, text_field(reader, "by"));
  TRY(value.at, reader.time("at"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<std::string> format(const Review& value) {
  if (value.to < value.from) return malformed("a review ends before it begins");
  return note::StatementBuilder("review")
      .add("by", value.by)
      .add("from", value.from)
      .add("to", value.to)
      .add("refused", value.refused)
      .add("failed", value.failed)
      .add("notes", value.notes)
      .add_digest("notes-sha256", value.notes_sha256)
      .add("log", note::format_view(value.log))
      .add("trust", note::format_view(value.trust))
      .add_time("at", value.at)
      .text();
}

Result<Review> parse_review(std::string_view text) {
  TRY(auto reader, note::StatementReader::open(text, "review"));
  Review value;
  TRY(value.by, reader.one("by"));
  TRY(value.from, reader.number("from"));
  TRY(value.to, reader.number("to"));
  TRY(value.refused, reader.number("refused"));
  TRY(value.failed, reader.number("failed"));
  TRY(value.notes, reader.number("notes"));
  TRY(value.notes_sha256, reader.digest("notes-sha256"));
  TRY(value.log, reader.view("log"));
  TRY(value.trust, reader.view("trust"));
  TRY(value.at, reader.time("at"));
  TRY(reader.finish());
  return exactly(std::move(value), text);
}

Result<void> verify_auditor(const Chain& chain, const note::Note& signed_note,
                            std::string_view by) {
  const Device* device = chain.device(std::string(by));
  const bool alone =
      signed_note.signatures.size() == 1 && signed_note.signatures.front().name == by;
  if (device == nullptr || !alone || key_that_signed(*device, signed_note) == nullptr) {
    return Error{Code::kVerificationFailed,
                 fmt::format("{} did not sign this, or is no device of the organisation",
                             text::for_terminal(by)),
                 ""};
  }
  if (allowed(device->role, Operation::kReadLog)) return {};
  return Error{Code::kDenied, fmt::format("{} may not read the audit log", by), ""};
}

}  // namespace sealpost::trust
