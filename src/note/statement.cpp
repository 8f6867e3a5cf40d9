#include "note/statement.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::note {
namespace {

constexpr std::string_view kPrefix = "sealpost/v1/";

base::Error malformed(std::string text) { return {base::Code::kMalformed, std::move(text), ""}; }

base::Error about(std::string_view key, std::string_view problem) {
  return malformed("\"" + text::for_terminal(key) + "\" " + std::string(problem));
}

bool is_word(std::string_view word) {
  return !word.empty() && word.size() <= kMaxKeySize &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

// C0, DEL and C1; the latter are C2 80 to C2 9F in UTF-8.
bool has_control(std::string_view value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto byte = static_cast<unsigned char>(value[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    const auto next = static_cast<unsigned char>(i + 1 < value.size() ? value[i + 1] : '\xff');
    if (byte == 0xc2 && next <= 0x9f) return true;
  }
  return false;
}

// Why the value cannot stand in a statement; empty when it can.
std::string_view problem_of(std::string_view value) {
  if (value.empty()) return "is empty";
  if (value.size() > kMaxValueSize) return "is too long";
  if (!text::is_utf8(value)) return "is not UTF-8";
  if (has_control(value)) return "holds a control character";
  return "";
}

// The first line without its newline, removed from `text` with it.
base::Result<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return malformed("a statement that ends within a line");
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

base::Result<std::pair<std::string, std::string>> parse_field(std::string_view line) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos) return malformed("a statement line without \": \"");
  const std::string_view key = line.substr(0, colon);
  if (!is_word(key)) return malformed("a statement key that is not lower-case letters and digits");
  const std::string_view value = line.substr(colon + 2);
  if (const std::string_view problem = problem_of(value); !problem.empty()) {
    return about(key, problem);
  }
  return std::pair(std::string(key), std::string(value));
}

}  // namespace

std::string format_view(const View& view) {
  return std::to_string(view.size) + " " + base::to_base64(view.hash);
}

base::Result<View> parse_view(std::string_view value) {
  const auto parts = base::split(value, ' ');
  if (parts.size() != 2) return malformed("a view is a size and a hash");
  TRY(const std::uint64_t size, base::parse_decimal(parts[0]));
  TRY(const base::Bytes bytes, base::parse_base64(parts[1]));
  TRY(const crypto::Digest hash, crypto::digest_from(bytes));
  return View{size, hash};
}

StatementBuilder::StatementBuilder(std::string_view kind) {
  text_ = std::string(kPrefix) + std::string(kind) + "\n";
  if (!is_word(kind)) problem_ = "a statement's kind is lower-case letters, digits and dashes";
}

StatementBuilder& StatementBuilder::add(std::string_view key, std::string_view value) {
  text_.append(key).append(": ").append(value).append("\n");
  if (!problem_.empty()) return *this;
  const std::string_view problem = is_word(key) ? problem_of(value) : "is no key of a statement";
  if (!problem.empty()) problem_ = about(key, problem).text;
  return *this;
}

StatementBuilder& StatementBuilder::add(std::string_view key, std::uint64_t value) {
  return add(key, std::string_view(std::to_string(value)));
}

StatementBuilder& StatementBuilder::add_time(std::string_view key, base::Time time) {
  return add(key, text::format_time(time));
}

StatementBuilder& StatementBuilder::add_digest(std::string_view key, const crypto::Digest& digest) {
  return add(key, base::to_hex(digest));
}

StatementBuilder& StatementBuilder::add_views(const std::optional<Views>& seen) {
  if (!seen) return *this;
  return add("log", format_view(seen->log)).add("trust", format_view(seen->trust));
}

StatementBuilder& StatementBuilder::add_optional(std::string_view key,
                                                 const std::optional<std::string>& value) {
  return value ? add(key, *value) : *this;
}

base::Result<std::string> StatementBuilder::text() const {
  if (!problem_.empty()) return malformed(problem_);
  if (text_.size() > kMaxStatementSize) return malformed("a statement that is too long");
  return text_;
}

base::Result<std::string> statement_kind(std::string_view text) {
  TRY(const std::string_view line, take_line(text));
  if (!line.starts_with(kPrefix)) return malformed("not a sealpost statement of version 1");
  const std::string_view kind = line.substr(kPrefix.size());
  if (!is_word(kind)) return malformed("a statement of an impossible kind");
  return std::string(kind);
}

base::Result<StatementReader> StatementReader::open(std::string_view text, std::string_view kind) {
  if (text.size() > kMaxStatementSize) return malformed("a statement that is too long");
  TRY(const std::string found, statement_kind(text));
  if (found != kind) {
    return malformed("a statement of kind \"" + found + "\", not \"" + std::string(kind) + "\"");
  }
  TRY(take_line(text));
  StatementReader reader;
  while (!text.empty()) {
    TRY(const std::string_view line, take_line(text));
    TRY(auto field, parse_field(line));
    reader.fields_.push_back(std::move(field));
  }
  return reader;
}

base::Result<std::vector<std::string>> StatementReader::all(std::string_view key) {
  std::vector<std::string> values;
  std::vector<std::pair<std::string, std::string>> rest;
  for (auto& field : fields_) {
    if (field.first == key) {
      values.push_back(std::move(field.second));
    } else {
      rest.push_back(std::move(field));
    }
  }
  fields_ = std::move(rest);
  return values;
}

base::Result<std::optional<std::string>> StatementReader::maybe(std::string_view key) {
  TRY(auto values, all(key));
  if (values.size() > 1) return about(key, "stands more than once");
  if (values.empty()) return std::optional<std::string>();
  return std::optional<std::string>(std::move(values.front()));
}

base::Result<std::string> StatementReader::one(std::string_view key) {
  TRY(auto value, maybe(key));
  if (!value) return about(key, "is missing");
  return *std::move(value);
}

base::Result<std::uint64_t> StatementReader::number(std::string_view key) {
  TRY(const std::string value, one(key));
  auto number = base::parse_decimal(value);
  if (!number) return about(key, "is not a whole number");
  return number;
}

base::Result<base::Time> StatementReader::time(std::string_view key) {
  TRY(const std::string value, one(key));
  auto time = text::parse_time(value);
  // One moment has one spelling: seconds, and Z.
  if (!time || text::format_time(*time) != value) return about(key, "is not a time in UTC");
  return time;
}

base::Result<crypto::Digest> StatementReader::digest(std::string_view key) {
  TRY(const std::string value, one(key));
  const auto bytes = base::parse_hex(value);
  if (!bytes || base::to_hex(*bytes) != value || bytes->size() != crypto::Digest{}.size()) {
    return about(key, "is not a SHA-256 hash in lower-case hexadecimal");
  }
  return crypto::digest_from(*bytes);
}

base::Result<View> StatementReader::view(std::string_view key) {
  TRY(const std::string value, one(key));
  auto view = parse_view(value);
  if (!view) return base::with_context(std::move(view).error(), "\"" + std::string(key) + "\"");
  return view;
}

base::Result<std::optional<Views>> StatementReader::views() {
  TRY(const auto log, maybe("log"));
  TRY(const auto trust, maybe("trust"));
  if (!log && !trust) return std::optional<Views>();
  if (!log || !trust) return malformed("a statement has views of log and trust chain, or neither");
  Views seen;
  TRY(seen.log, parse_view(*log));
  TRY(seen.trust, parse_view(*trust));
  return std::optional(seen);
}

base::Result<void> StatementReader::finish() {
  if (fields_.empty()) return {};
  return about(fields_.front().first, "is not a field of this statement");
}

}  // namespace sealpost::note
