#include "trust/fields.hpp"

#include "text/safety.hpp"

namespace sealpost::trust {
namespace {

constexpr std::size_t kMaxReason = 200;

}  // namespace

base::Error malformed(std::string text) { return {base::Code::kMalformed, std::move(text), ""}; }

base::Result<void> check_reason(const std::string& reason) {
  if (reason.size() <= kMaxReason && text::is_plain(reason)) return {};
  return malformed("a reason is plain text of at most 200 bytes");
}

base::Result<DeviceName> device_field(note::StatementReader& reader) {
  TRY(const std::string name, reader.one("device"));
  return parse_device_name(name);
}

base::Result<note::Verifier> key_field(note::StatementReader& reader, std::string_view key) {
  TRY(const std::string vkey, reader.one(key));
  return note::Verifier::parse(vkey);
}

base::Result<std::string> text_field(note::StatementReader& reader, std::string_view key) {
  TRY(auto value, reader.maybe(key));
  return std::move(value).value_or("");
}

void add_text(note::StatementBuilder& builder, std::string_view key, const std::string& value) {
  if (!value.empty()) builder.add(key, value);
}

}  // namespace sealpost::trust
