#include "text/json.hpp"

#include <set>
#include <vector>

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
  bool string(std::string& value) { return builder_.string(value); }
  bool binary(Json::binary_t& value) { return builder_.binary(value); }
  bool start_object(std::size_t count) {
    keys_.emplace_back();
    return descend() && builder_.start_object(count);
  }
  bool key(std::string& name) { return keys_.back().insert(name).second && builder_.key(name); }
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

base::Result<Json> parse(base::ByteView bytes, Json::input_format_t format, std::string_view what) {
  const base::Error bad{base::Code::kMalformed, "not valid " + std::string(what), ""};
  Json value;
  BoundedBuilder builder(value);
  try {
    if (!Json::sax_parse(bytes.begin(), bytes.end(), &builder, format, true)) return bad;
  } catch (const Json::exception&) {
    return bad;
  }
  return value;
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
  return parse(base::as_bytes(text), Json::input_format_t::json, "JSON");
}
base::Result<Json> parse_cbor(base::ByteView bytes) {
  return parse(bytes, Json::input_format_t::cbor, "CBOR");
}

std::string canonical(const Json& value) { return value.dump(); }
base::Bytes to_cbor(const Json& value) { return Json::to_cbor(value); }

std::string to_line(const OrderedJson& value) {
  return value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

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
