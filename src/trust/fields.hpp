// Fields that statements of several kinds have, and the one spelling that each has. Private to this
// module. Pure, thread-safe. All fail with kMalformed.
#pragma once

#include <string>
#include <string_view>

#include "note/statement.hpp"
#include "trust/name.hpp"

namespace sealpost::trust {

base::Error malformed(std::string text);

// Plain text of at most 200 bytes; may be empty.
base::Result<void> check_reason(const std::string& reason);

base::Result<DeviceName> device_field(note::StatementReader& reader);
base::Result<note::Verifier> key_field(note::StatementReader& reader, std::string_view key);
// Empty when it is left out.
base::Result<std::string> text_field(note::StatementReader& reader, std::string_view key);
void add_text(note::StatementBuilder& builder, std::string_view key, const std::string& value);

// A statement has one spelling: what does not come out again as it went in is refused.
template <typename T>
base::Result<T> exactly(T value, std::string_view text) {
  TRY(const std::string again, format(value));
  if (again != text) return malformed("the statement is not in its canonical form");
  return value;
}

}  // namespace sealpost::trust
