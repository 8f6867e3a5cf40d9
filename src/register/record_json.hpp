// The parts of which records are made, as JSON and back. Internal to register.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "register/record.hpp"
#include "text/json.hpp"

namespace sealpost::reg {

base::Error bad_record(std::string text);  // kMalformed, "a register record " + text

// Forms that several kinds of record share.
bool is_user_like(std::string_view text);  // as trust::is_user, without its reserved words
bool is_purpose_like(std::string_view text);
bool is_language(std::string_view text);                // BCP 47, by its form
bool is_label(std::string_view text, std::size_t max);  // plain, not empty, at most max bytes
bool is_recipient(std::string_view text);               // age1...
bool has_control(std::string_view text);                // but for tab and line ends

// kMalformed, naming the key. The `maybe_` ones take an absent member for nothing.
base::Result<base::Time> time_at(const text::Json& object, std::string_view key);
base::Result<std::optional<base::Time>> maybe_time_at(const text::Json& object,
                                                      std::string_view key);
base::Result<base::Bytes> maybe_sealed_at(const text::Json& object, std::string_view key);
base::Result<std::string> maybe_string_at(const text::Json& object, std::string_view key);
base::Result<std::optional<bool>> maybe_bool_at(const text::Json& object, std::string_view key);
base::Result<std::vector<std::string>> strings_at(const text::Json& object, std::string_view key);
base::Result<crypto::Digest> digest_at(const text::Json& object, std::string_view key);

// Of an attachment's facts: check_file() says whether they are in form.
base::Result<void> check_file(const File& file);
text::Json file_to_json(const File& file);
base::Result<File> file_from_json(const text::Json& object);
base::Result<void> check_facts(const FileFacts& facts);
text::Json facts_to_json(const FileFacts& facts);
base::Result<FileFacts> facts_from_json(const text::Json& object);

// Whether a record obeys the rules of its type.
base::Result<void> check(const Record& record);

}  // namespace sealpost::reg
