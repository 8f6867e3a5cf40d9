// JSON (RFC 8259) and CBOR (RFC 8949) values from outside, read within bounds.
//
// Json keeps its keys sorted: dump() of values that hold only strings, whole numbers below 2^53,
// booleans, arrays and objects is the canonical form of RFC 8785. OrderedTree keeps the order in
// which keys were added; what is only printed is an OrderedJson. Pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "text/ordered_json.hpp"

namespace sealpost::text {

using Json = nlohmann::json;
using OrderedTree = nlohmann::ordered_json;

inline constexpr int kMaxDepth = 16;

// One document, nothing behind it, at most kMaxDepth levels deep; kMalformed otherwise. Duplicate
// keys, strings that are not UTF-8, and CBOR items of indefinite length or with tags are malformed.
base::Result<Json> parse_json(std::string_view text);
base::Result<Json> parse_cbor(base::ByteView bytes);

std::string canonical(const Json& value);
base::Bytes to_cbor(const Json& value);

OrderedJson to_document(OrderedTree tree);

// Members of an object by name. Absent or of another type: kMalformed, naming the key.
base::Result<std::string> string_at(const Json& object, std::string_view key);
base::Result<std::uint64_t> number_at(const Json& object, std::string_view key);  // unsigned
base::Result<bool> bool_at(const Json& object, std::string_view key);
base::Result<base::Bytes> binary_at(const Json& object, std::string_view key);  // CBOR only
base::Result<const Json*> array_at(const Json& object, std::string_view key);   // borrows object
// Absent or null is nullopt; of another type kMalformed.
base::Result<std::optional<std::string>> optional_string_at(const Json& object,
                                                            std::string_view key);

// A CBOR byte string.
Json binary(base::ByteView bytes);

}  // namespace sealpost::text
