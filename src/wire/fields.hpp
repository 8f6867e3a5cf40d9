// The strict reader behind every body parser: takes the members of a CBOR map one by one, within
// bounds, and refuses what nobody asked for. Values are moved out of the document, which must
// outlive the reader. Internal to wire. One thread. Everything fails with kMalformed, naming the
// key.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "text/json.hpp"

namespace sealpost::wire {

inline constexpr std::size_t kMaxName = 512;        // bytes of a device name, id or purpose
inline constexpr std::size_t kMaxNote = 64 << 10;   // bytes of a statement
inline constexpr std::size_t kMaxText = 4 << 10;    // bytes of a sentence for people
inline constexpr std::size_t kMaxList = 64 << 10;   // items of a list without a limit of its own
inline constexpr std::size_t kMaxLeaves = 1 << 20;  // leaf hashes of one blob

base::Error malformed(std::string_view key, std::string_view problem);

class Fields {
 public:
  static base::Result<Fields> open(text::Json& value);

  base::Result<std::string> line(std::string_view key, std::size_t max = kMaxName);
  base::Result<std::string> note(std::string_view key);  // many lines; form is the note module's
  base::Result<std::uint64_t> number(std::string_view key,
                                     std::uint64_t max = (std::uint64_t{1} << 53) - 1);
  base::Result<bool> flag(std::string_view key);
  base::Result<base::Bytes> bytes(std::string_view key, std::size_t max);
  base::Result<crypto::Digest> digest(std::string_view key);
  base::Result<base::Time> time(std::string_view key);  // milliseconds since 1970
  base::Result<std::vector<std::string>> lines(std::string_view key, std::size_t max_items);
  base::Result<std::vector<std::string>> notes(std::string_view key, std::size_t max_items);
  // Each item of an array of maps, read by `read(Fields&)`, with nothing left over in any.
  template <typename T, typename Read>
  base::Result<std::vector<T>> list(std::string_view key, std::size_t max_items, Read read);
  // The raw items of an array, borrowed from the document.
  base::Result<text::Json*> array(std::string_view key, std::size_t max_items);
  base::Result<void> finish() const;

 private:
  explicit Fields(text::Json& value) : value_(&value) {}
  text::Json* take(std::string_view key);  // nullptr when absent
  base::Result<std::vector<std::string>> strings(std::string_view key, std::size_t max_items,
                                                 std::size_t max_size, bool plain);
  text::Json* value_;
  std::vector<std::string> taken_;
};

template <typename T, typename Read>
base::Result<std::vector<T>> Fields::list(std::string_view key, std::size_t max_items, Read read) {
  TRY(text::Json * items, array(key, max_items));
  std::vector<T> out;
  out.reserve(items->size());
  for (text::Json& item : *items) {
    auto fields = open(item);
    if (!fields) return malformed(key, "must hold maps");
    TRY(T value, read(*fields));
    TRY(fields->finish());
    out.push_back(std::move(value));
  }
  return out;
}

// A whole body: one CBOR map read by `read(Fields&)`, nothing left over.
template <typename T, typename Read>
base::Result<T> parse_body(base::ByteView body, Read read) {
  TRY(text::Json document, text::parse_cbor(body));
  TRY(Fields fields, Fields::open(document));
  TRY(T value, read(fields));
  TRY(fields.finish());
  return value;
}

// Writing: the items of a vector, each by `write(item)`.
template <typename T, typename Write>
text::Json array_of(const std::vector<T>& items, Write write) {
  text::Json out = text::Json::array();
  for (const T& item : items) out.push_back(write(item));
  return out;
}

text::Json time_value(base::Time time);

}  // namespace sealpost::wire
