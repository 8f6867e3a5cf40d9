#include "text/ordered_json.hpp"

#include <algorithm>
#include <utility>

#include "text/json.hpp"

namespace sealpost::text {

struct OrderedJson::Value {
  OrderedTree json;
};

namespace {

bool is_member(const OrderedTree& value) {
  return value.is_array() && value.size() == 2 && value.front().is_string();
}

// As the library itself reads braces.
OrderedTree object_or_array(OrderedTree values) {
  if (!std::all_of(values.begin(), values.end(), is_member)) return values;
  OrderedTree object = OrderedTree::object();
  for (OrderedTree& pair : values) {
    object.emplace(pair[0].get<std::string>(), std::move(pair[1]));
  }
  return object;
}

std::unique_ptr<OrderedJson::Value> hold(OrderedTree json) {
  return std::make_unique<OrderedJson::Value>(OrderedJson::Value{std::move(json)});
}

}  // namespace

OrderedJson::OrderedJson() : value_(hold(nullptr)) {}
OrderedJson::OrderedJson(std::nullptr_t) : OrderedJson() {}
OrderedJson::OrderedJson(const char* text) : value_(hold(text)) {}
OrderedJson::OrderedJson(std::string_view text) : value_(hold(text)) {}
OrderedJson::OrderedJson(const std::string& text) : value_(hold(text)) {}
OrderedJson::OrderedJson(std::initializer_list<OrderedJson> values)
    : value_(hold(object_or_array(std::move(array(values).value_->json)))) {}
OrderedJson::OrderedJson(std::unique_ptr<Value> value) : value_(std::move(value)) {}

OrderedJson::OrderedJson(const OrderedJson& other) : value_(hold(other.value_->json)) {}
OrderedJson::OrderedJson(OrderedJson&& other) noexcept = default;
OrderedJson& OrderedJson::operator=(OrderedJson other) noexcept {
  value_ = std::move(other.value_);
  return *this;
}
OrderedJson::~OrderedJson() = default;

OrderedJson OrderedJson::of(bool truth) { return OrderedJson(hold(truth)); }
OrderedJson OrderedJson::of(std::int64_t number) { return OrderedJson(hold(number)); }
OrderedJson OrderedJson::of(std::uint64_t number) { return OrderedJson(hold(number)); }

OrderedJson OrderedJson::array(std::initializer_list<OrderedJson> values) {
  OrderedTree elements = OrderedTree::array();
  for (const OrderedJson& value : values) elements.push_back(value.value_->json);
  return OrderedJson(hold(std::move(elements)));
}

OrderedJson OrderedJson::object() { return OrderedJson(hold(OrderedTree::object())); }

void OrderedJson::push_back(const OrderedJson& element) {
  value_->json.push_back(element.value_->json);
}

OrderedJson::Member OrderedJson::operator[](const std::string& key) { return {*value_, key}; }

void OrderedJson::Member::operator=(const OrderedJson& value) {
  object_.json[key_] = value.value_->json;
}

void OrderedJson::Member::push_back(const OrderedJson& element) {
  object_.json[key_].push_back(element.value_->json);
}

OrderedJson to_document(OrderedTree tree) { return OrderedJson(hold(std::move(tree))); }

std::string to_line(const OrderedJson& value) {
  return value.value().json.dump(-1, ' ', true, OrderedTree::error_handler_t::replace);
}

}  // namespace sealpost::text
