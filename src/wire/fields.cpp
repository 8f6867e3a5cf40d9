#include "wire/fields.hpp"

#include <algorithm>

#include "text/safety.hpp"

namespace sealpost::wire {
namespace {

constexpr std::uint64_t kMaxTime = 253402300799999;  // the last millisecond of the year 9999

}  // namespace

base::Error malformed(std::string_view key, std::string_view problem) {
  return {base::Code::kMalformed, "\"" + std::string(key) + "\" " + std::string(problem), ""};
}

text::Json time_value(base::Time time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, time.time_since_epoch().count()));
}

base::Result<Fields> Fields::open(text::Json& value) {
  if (!value.is_object()) return base::Error{base::Code::kMalformed, "the body must be a map", ""};
  return Fields(value);
}

text::Json* Fields::take(std::string_view key) {
  const auto at = value_->find(key);
  if (at == value_->end()) return nullptr;
  taken_.emplace_back(key);
  return &*at;
}

base::Result<std::string> Fields::line(std::string_view key, std::size_t max) {
  text::Json* value = take(key);
  if (value == nullptr || !value->is_string()) return malformed(key, "must be a text");
  auto& text = value->get_ref<std::string&>();
  if (text.size() > max) return malformed(key, "is too long");
  if (!text::is_plain(text)) return malformed(key, "holds characters that no name has");
  return std::move(text);
}

base::Result<std::string> Fields::note(std::string_view key) {
  text::Json* value = take(key);
  if (value == nullptr || !value->is_string()) return malformed(key, "must be a text");
  auto& text = value->get_ref<std::string&>();
  if (text.size() > kMaxNote) return malformed(key, "is too long");
  if (!text::is_utf8(text)) return malformed(key, "is not UTF-8");
  return std::move(text);
}

base::Result<std::uint64_t> Fields::number(std::string_view key, std::uint64_t max) {
  text::Json* value = take(key);
  if (value == nullptr || !value->is_number_unsigned()) {
    return malformed(key, "must be a whole number");
  }
  const auto number = value->get<std::uint64_t>();
  if (number > max) return malformed(key, "is too large");
  return number;
}

base::Result<bool> Fields::flag(std::string_view key) {
  text::Json* value = take(key);
  if (value == nullptr || !value->is_boolean()) return malformed(key, "must be true or false");
  return value->get<bool>();
}

base::Result<base::Bytes> Fields::bytes(std::string_view key, std::size_t max) {
  text::Json* value = take(key);
  if (value == nullptr || !value->is_binary()) return malformed(key, "must be a byte string");
  base::Bytes& bytes = value->get_binary();
  if (bytes.size() > max) return malformed(key, "is too long");
  return std::move(bytes);
}

base::Result<crypto::Digest> Fields::digest(std::string_view key) {
  TRY(const base::Bytes raw, bytes(key, sizeof(crypto::Digest)));
  auto digest = crypto::digest_from(raw);
  if (!digest) return malformed(key, "must have 32 bytes");
  return *digest;
}

base::Result<base::Time> Fields::time(std::string_view key) {
  TRY(const std::uint64_t count, number(key, kMaxTime));
  return base::Time(base::milliseconds(static_cast<std::int64_t>(count)));
}

base::Result<text::Json*> Fields::array(std::string_view key, std::size_t max_items) {
  text::Json* value = take(key);
  if (value == nullptr || !value->is_array()) return malformed(key, "must be a list");
  if (value->size() > max_items) return malformed(key, "has too many items");
  return value;
}

base::Result<std::vector<std::string>> Fields::strings(std::string_view key, std::size_t max_items,
                                                       std::size_t max_size, bool plain) {
  TRY(text::Json * items, array(key, max_items));
  std::vector<std::string> out;
  out.reserve(items->size());
  for (text::Json& item : *items) {
    if (!item.is_string()) return malformed(key, "must hold texts");
    auto& text = item.get_ref<std::string&>();
    if (text.size() > max_size) return malformed(key, "holds an item that is too long");
    if (!plain && !text::is_utf8(text)) return malformed(key, "is not UTF-8");
    if (plain && !text::is_plain(text)) {
      return malformed(key, "holds characters that no name has");
    }
    out.push_back(std::move(text));
  }
  return out;
}

base::Result<std::vector<std::string>> Fields::lines(std::string_view key, std::size_t max_items) {
  return strings(key, max_items, kMaxName, true);
}

base::Result<std::vector<std::string>> Fields::notes(std::string_view key, std::size_t max_items) {
  return strings(key, max_items, kMaxNote, false);
}

base::Result<void> Fields::finish() const {
  if (taken_.size() == value_->size()) return {};
  for (const auto& item : value_->items()) {
    const bool known = std::find(taken_.begin(), taken_.end(), item.key()) != taken_.end();
    if (!known) return malformed(text::for_terminal(item.key().substr(0, 40)), "is not known here");
  }
  return {};
}

}  // namespace sealpost::wire
