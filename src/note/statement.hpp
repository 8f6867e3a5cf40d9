// Statements: signed notes whose text is a type line and "key: value" lines, sealpost-note(5).
//
//   sealpost/v1/receipt
//   message: 0193...
//   state: read
//
// Keys are lower-case ASCII letters, digits and dashes. Values are UTF-8 without control
// characters, not empty. Order counts, keys may repeat. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "note/note.hpp"

namespace sealpost::note {

inline constexpr std::size_t kMaxKeySize = 64;                      // bytes, also of a kind
inline constexpr std::size_t kMaxValueSize = 4096;                  // bytes
inline constexpr std::size_t kMaxStatementSize = kMaxNoteSize / 2;  // bytes, without signatures

// What its author had seen of the log and of the trust chain: "<size> <base64 hash>".
struct View {
  std::uint64_t size = 0;
  crypto::Digest hash{};  // Merkle root of the log, or head of the trust chain
  bool operator==(const View&) const = default;
};
std::string format_view(const View& view);
base::Result<View> parse_view(std::string_view value);

// Both at once, as statements carry them that give or take something.
struct Views {
  View log;
  View trust;
  bool operator==(const Views&) const = default;
};

// Builds the text of a statement. Values are checked when text() is called.
class StatementBuilder {
 public:
  explicit StatementBuilder(std::string_view kind);
  StatementBuilder& add(std::string_view key, std::string_view value);
  StatementBuilder& add(std::string_view key, std::uint64_t value);
  StatementBuilder& add_time(std::string_view key, base::Time time);
  StatementBuilder& add_digest(std::string_view key, const crypto::Digest& digest);  // hex
  StatementBuilder& add_views(const std::optional<Views>& seen);  // "log" and "trust", or neither
  StatementBuilder& add_optional(std::string_view key, const std::optional<std::string>& value);
  // kMalformed when a value is empty, too long or holds what a statement cannot.
  base::Result<std::string> text() const;

 private:
  std::string text_;
  std::string problem_;  // the first one; empty while there is none
};

// Reads a statement's fields in their order. Every getter removes what it returns; finish() fails
// when anything is left, so that unknown fields are refused. All fail with kMalformed.
class StatementReader {
 public:
  // `kind` must be the one of the type line.
  static base::Result<StatementReader> open(std::string_view text, std::string_view kind);
  base::Result<std::string> one(std::string_view key);  // exactly one
  base::Result<std::optional<std::string>> maybe(std::string_view key);
  base::Result<std::vector<std::string>> all(std::string_view key);  // any number, in order
  base::Result<std::uint64_t> number(std::string_view key);
  base::Result<base::Time> time(std::string_view key);        // 2026-11-21T12:00:03Z, no other form
  base::Result<crypto::Digest> digest(std::string_view key);  // 64 lower-case hex digits
  base::Result<View> view(std::string_view key);
  base::Result<std::optional<Views>> views();  // "log" and "trust": both or neither
  base::Result<void> finish();

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// The kind of the type line ("receipt"), or kMalformed when the text is no v1 statement.
base::Result<std::string> statement_kind(std::string_view text);

}  // namespace sealpost::note
