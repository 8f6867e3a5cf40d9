#include "text/json.hpp"

#include <set>
#include <vector>

#include "text/safety.hpp"

namespace sealpost::text {
namespace {

// Builds the value while counting levels, so that hostile nesting stops before the stack does.
class BoundedBuilder {
 public:
  explicit BoundedBuilder(Json& root) : builder_(root, false) {}
  bool null() { return builder_.null(); }
  bool boolean(bool value) { return builder_.boolean(value); }
  bool number_integer(Json::number_integer_t value) { return builder_.number_integer(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return builder_.number_unsigned(value); }
  bool number_float(Json::number_float_t value, const std::string& text) {
    return builder_.number_float(value, text);
  }
  bool string(std::string& value) { return is_utf8(value) && builder_.string(value); }
  bool binary(Json::binary_t& value) { return builder_.binary(value); }
  bool start_object(std::size_t count) {
    keys_.emplace_back();
    return descend() && builder_.start_object(count);
  }
  bool key(std::string& name) {
    return is_utf8(name) && keys_.back().insert(name).second && builder_.key(name);
  }
  bool end_object() {
    keys_.pop_back();
    --depth_;
    return builder_.end_object();
  }
  bool start_array(std::size_t count) { return descend() && builder_.start_array(count); }
  bool end_array() {
    --depth_;
    return builder_.end_array();
  }
  template <typename Exception>
  bool parse_error(std::size_t, const std::string&, const Exception&) {
    return false;
  }

 private:
  bool descend() { return ++depth_ <= kMaxDepth; }
  nlohmann::detail::json_sax_dom_parser<Json> builder_;
  std::vector<std::set<std::string>> keys_;
  int depth_ = 0;
};

base::Error malformed(std::string_view what) {
  return {base::Code::kMalformed, "not valid " + std::string(what), ""};
}

base::Result<Json> parse(base::ByteView bytes, Json::input_format_t format, std::string_view what) {
  Json value;
  BoundedBuilder builder(value);
  try {
    if (!Json::sax_parse(bytes.begin(), bytes.end(), &builder, format, true))
      return malformed(what);
  } catch (const Json::exception&) {
    return malformed(what);
  }
  return value;
}

// Every item has its length in front. The parser below follows strings of indefinite length within
// one another by recursion, which a hostile input could use to exhaust the stack.
bool has_definite_lengths(base::ByteView bytes) {
  constexpr std::uint64_t kIndefinite = 31;
  base::Reader reader(bytes);
  while (!reader.empty()) {
    const std::uint64_t head = reader.be(1).value_or(0);
    const std::uint64_t info = head & 31U;
    if (info == kIndefinite) return false;
    const bool is_string = head >> 5 == 2 || head >> 5 == 3;
    const bool is_wide = info >= 24 && info <= 27;
    const auto argument = is_wide ? reader.be(1 << (info - 24)) : base::Result<std::uint64_t>(info);
    if (!argument || (is_string && !reader.take(*argument))) return false;
  }
  return true;
}

base::Error wrong(std::string_view key, std::string_view type) {
  return {base::Code::kMalformed,
          "\"" + std::string(key) + "\" is missing or not " + std::string(type), ""};
}

const Json* find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(key);
  return at == object.end() ? nullptr : &*at;
}

}  // namespace

base::Result<Json> parse_json(std::string_view text) {
  // The parser below takes a NUL for the end and would not look at what follows.
  if (text.find('\0') != std::string_view::npos) return malformed("JSON");
  return parse(base::as_bytes(text), Json::input_format_t::json, "JSON");
}
base::Result<Json> parse_cbor(base::ByteView bytes) {
  if (!has_definite_lengths(bytes))
    return base::Error{base::Code::kMalformed, "not valid CBOR", ""};
  return parse(bytes, Json::input_format_t::cbor, "CBOR");
}

std::string canonical(const Json& value) { return value.dump(); }
base::Bytes to_cbor(const Json& value) { return Json::to_cbor(value); }

base::Result<std::string> string_at(const Json& object, std::string_view key) {
  const Json* value = find(object, key);
  if (value == nullptr || !value->is_string()) return wrong(key, "a string");
  return value->get<std::string>();
}

base::Result<std::uint64_t> number_at(const Json& object, std::string_view key) {
  const Json* value = find(object, key);
  if (value == nullptr || !value->is_number_unsigned()) return wrong(key, "a whole number");
  return value->get<std::uint64_t>();
}

base::Result<bool> bool_at(const Json& object, std::string_view key) {
  const Json* value = find(object, key);
  if (value == nullptr || !value->is_boolean()) return wrong(key, "true or false");
  return value->get<bool>();
}

base::Result<base::Bytes> binary_at(const Json& object, std::string_view key) {
  const Json* value = find(object, key);
  if (value == nullptr || !value->is_binary()) return wrong(key, "a byte string");
  return base::Bytes(value->get_binary());
}

base::Result<const Json*> array_at(const Json& object, std::string_view key) {
  const Json* value = find(object, key);
  if (value == nullptr || !value->is_array()) return wrong(key, "an array");
  return value;
}

base::Result<std::optional<std::string>> optional_string_at(const Json& object,
                                                            std::string_view key) {
  const Json* value = find(object, key);
  if (value == nullptr || value->is_null()) return std::optional<std::string>();
  TRY(std::string text, string_at(object, key));
  return std::optional<std::string>(std::move(text));
}

Json binary(base::ByteView bytes) { return Json::binary(base::to_bytes(bytes)); }

}  // namespace sealpost::text
