// A JSON value (RFC 8259) to be printed: built, never read. Members keep the order in which they
// were added.
//
//   OrderedJson document{{"type", "message"}, {"to", to}};
//   document["size"] = size;
//
// In braces, pairs that begin with a text are an object and everything else is an array. The
// library that does the work stays behind this header: to compile it takes longer than a verb does.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sealpost::text {

class OrderedJson {
 public:
  struct Value;
  class Member;

  OrderedJson();  // null
  OrderedJson(std::nullptr_t);
  OrderedJson(const char* text);
  OrderedJson(std::string_view text);
  OrderedJson(const std::string& text);
  OrderedJson(std::initializer_list<OrderedJson> values);
  template <std::integral Number>
  OrderedJson(Number number) : OrderedJson(of(number)) {}
  template <typename Element>
  OrderedJson(const std::vector<Element>& elements) : OrderedJson(array()) {
    for (const Element& element : elements) push_back(element);
  }
  explicit OrderedJson(std::unique_ptr<Value> value);

  OrderedJson(const OrderedJson& other);
  OrderedJson(OrderedJson&& other) noexcept;
  OrderedJson& operator=(OrderedJson other) noexcept;
  ~OrderedJson();

  static OrderedJson array(std::initializer_list<OrderedJson> values = {});
  static OrderedJson object();

  void push_back(const OrderedJson& element);  // null becomes an array
  Member operator[](const std::string& key);   // null becomes an object

  const Value& value() const { return *value_; }

 private:
  static OrderedJson of(bool truth);
  static OrderedJson of(std::int64_t number);
  static OrderedJson of(std::uint64_t number);
  template <std::integral Number>
  static OrderedJson of(Number number) {
    if constexpr (std::signed_integral<Number>)
      return of(std::int64_t{number});
    else
      return of(std::uint64_t{number});
  }

  std::unique_ptr<Value> value_;
};

// A place in an object. Borrows it: for one statement.
class OrderedJson::Member {
 public:
  Member(Value& object, const std::string& key) : object_(object), key_(key) {}
  void operator=(const OrderedJson& value);
  void push_back(const OrderedJson& element);

 private:
  Value& object_;
  const std::string& key_;
};

// One line of ASCII, so that a terminal can take it; bytes that are not UTF-8 are replaced.
std::string to_line(const OrderedJson& value);

}  // namespace sealpost::text
