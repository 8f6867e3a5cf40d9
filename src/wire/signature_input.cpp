#include "wire/signature_input.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace sealpost::wire {
namespace {

constexpr std::size_t kMaxField = 2048;  // bytes
constexpr std::size_t kMaxParameters = 8;
constexpr std::size_t kMaxDigits = 15;  // RFC 8941 §3.3.1

base::Error bad(std::string_view why) {
  return {base::Code::kMalformed, "Signature-Input: " + std::string(why), ""};
}

bool key_start(char c) { return (c >= 'a' && c <= 'z') || c == '*'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool key_char(char c) { return key_start(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; }

// Walks the field from the left. Borrows it.
class Scanner {
 public:
  explicit Scanner(std::string_view rest) : rest_(rest) {}
  bool empty() const { return rest_.empty(); }
  bool accept(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_spaces() {
    while (accept(' ')) {
    }
  }
  base::Result<std::string> key() {
    std::size_t n = 0;
    while (n < rest_.size() && (n == 0 ? key_start(rest_[n]) : key_char(rest_[n]))) ++n;
    if (n == 0) return bad("a name is missing");
    return take(n);
  }
  // Printable ASCII between quotes; escapes are refused since no value here needs one.
  base::Result<std::string> quoted() {
    if (!accept('"')) return bad("a quoted text is missing");
    const std::size_t end = rest_.find('"');
    if (end == std::string_view::npos) return bad("a quote is not closed");
    const auto printable = [](char c) { return c >= ' ' && c <= '~' && c != '\\'; };
    if (!std::all_of(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(end), printable)) {
      return bad("a quoted text holds what it cannot");
    }
    std::string text = take(end);
    rest_.remove_prefix(1);
    return text;
  }
  base::Result<std::string> digits() {
    std::size_t n = 0;
    while (n < rest_.size() && is_digit(rest_[n])) ++n;
    if (n == 0 || n > kMaxDigits) return bad("a number is out of form");
    return take(n);
  }
  base::Result<Parameter> parameter() {
    Parameter out;
    skip_spaces();
    TRY(out.name, key());
    if (!accept('=')) return bad("a parameter has no value");
    out.quoted = !rest_.empty() && rest_.front() == '"';
    TRY(out.value, out.quoted ? quoted() : digits());
    return out;
  }

 private:
  std::string take(std::size_t n) {
    std::string text(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return text;
  }
  std::string_view rest_;
};

base::Result<std::vector<std::string>> parse_components(Scanner& in) {
  std::vector<std::string> out;
  if (!in.accept('(')) return bad("the list of components is missing");
  in.skip_spaces();
  while (!in.accept(')')) {
    TRY(std::string name, in.quoted());
    if (std::find(out.begin(), out.end(), name) != out.end()) return bad("a component comes twice");
    out.push_back(std::move(name));
    if (out.size() > kMaxParameters) return bad("too many components");
    in.skip_spaces();
  }
  return out;
}

}  // namespace

const Parameter* SignatureInput::find(std::string_view name) const {
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

std::string SignatureInput::serialise() const {
  std::string out = "(";
  for (const std::string& component : components) {
    if (out.size() > 1) out += ' ';
    out += '"' + component + '"';
  }
  out += ')';
  for (const Parameter& parameter : parameters) {
    const std::string quote = parameter.quoted ? "\"" : "";
    out += ';' + parameter.name + '=' + quote + parameter.value + quote;
  }
  return out;
}

base::Result<SignatureInput> parse_signature_input(std::string_view field) {
  if (field.size() > kMaxField) return bad("too long");
  Scanner in(field);
  SignatureInput out;
  TRY(out.label, in.key());
  if (!in.accept('=')) return bad("the label has no value");
  TRY(out.components, parse_components(in));
  while (in.accept(';')) {
    TRY(Parameter parameter, in.parameter());
    if (out.find(parameter.name) != nullptr) return bad("a parameter comes twice");
    out.parameters.push_back(std::move(parameter));
    if (out.parameters.size() > kMaxParameters) return bad("too many parameters");
  }
  if (!in.empty()) return bad("exactly one signature is accepted");
  return out;
}

base::Result<base::Bytes> parse_signature_field(std::string_view field, std::string_view label) {
  const base::Error wrong{base::Code::kMalformed, "Signature: not in form", ""};
  const std::string prefix = std::string(label) + "=:";
  if (field.size() > kMaxField || !field.starts_with(prefix) || !field.ends_with(':') ||
      field.size() == prefix.size()) {
    return wrong;
  }
  auto bytes = base::parse_base64(field.substr(prefix.size(), field.size() - prefix.size() - 1));
  if (!bytes) return wrong;
  return bytes;
}

}  // namespace sealpost::wire
