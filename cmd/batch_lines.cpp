#include "cmd/batch_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/json.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

using text::Json;

constexpr std::size_t kChunk = 256 << 10;  // bytes
constexpr std::array<std::string_view, 11> kFields{"to",      "text",      "subject", "purpose",
                                                   "expires", "files",     "key",     "passcode",
                                                   "code",    "max-views", "partial"};

base::Error usage(std::string text, std::string hint = "") {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

base::Result<void> check_fields(const Json& json) {
  if (!json.is_object()) return usage("the line is not an object");
  for (const auto& [key, value] : json.items()) {
    if (std::find(kFields.begin(), kFields.end(), key) != kFields.end()) continue;
    return usage(fmt::format("there is no field \"{}\"", text::for_terminal(key)),
                 fmt::format("fields are {}", fmt::join(kFields, ", ")));
  }
  return {};
}

// One string, or a list of them.
base::Result<std::vector<std::string>> strings_at(const Json& json, const char* key) {
  std::vector<std::string> out;
  if (!json.contains(key)) return out;
  const Json& value = json.at(key);
  if (value.is_string()) return std::vector<std::string>{value.get<std::string>()};
  if (!value.is_array()) return usage(fmt::format("{} is not a list of strings", key));
  for (const Json& item : value) {
    if (!item.is_string()) return usage(fmt::format("{} is not a list of strings", key));
    out.push_back(item.get<std::string>());
  }
  return out;
}

base::Result<std::string> string_or(const Json& json, const char* key, std::string otherwise) {
  if (!json.contains(key)) return otherwise;
  if (json.at(key).is_string()) return json.at(key).get<std::string>();
  return usage(fmt::format("{} is not a string", key));
}

base::Result<flow::LinkWish> link_at(const Json& json) {
  flow::LinkWish wish;
  TRY(const std::string named, string_or(json, "passcode", ""));
  TRY(const std::string code, string_or(json, "code", ""));
  if (!named.empty()) wish.passcode = wire::passcode_from_name(named);
  if (!named.empty() && !wish.passcode) return usage("passcode is ask, birthdate or none");
  if (code.empty() == (wish.passcode == wire::Passcode::kAsk)) {
    return usage("code goes with the passcode ask");
  }
  wish.code = crypto::SecretBytes(base::as_bytes(code));
  if (!json.contains("max-views")) return wish;
  if (!json.at("max-views").is_number_unsigned()) return usage("max-views is not a number");
  wish.views = json.at("max-views").get<std::uint64_t>();
  return wish;
}

base::Result<std::vector<flow::OutgoingFile>> files_at(const Json& json) {
  TRY(const std::vector<std::string> names, strings_at(json, "files"));
  std::vector<flow::OutgoingFile> files;
  for (const std::string& name : names) {
    files.push_back({name, std::filesystem::path(name).filename().string(), true});
  }
  return files;
}

}  // namespace

bool BatchLines::is_here() const {
  return held_.find('\n', looked_) != std::string::npos || file_.is_ready();
}

std::optional<BatchLine> BatchLines::take() {
  const std::size_t end = held_.find('\n', looked_);
  if (end == std::string::npos && !ended_) {
    looked_ = held_.size();
    return std::nullopt;
  }
  BatchLine line{++number_, crypto::SecretBytes(), std::exchange(skipping_, false)};
  const std::size_t size = std::min(end, held_.size());
  if (!line.too_long) line.text = crypto::SecretBytes(base::as_bytes(held_).first(size));
  std::fill_n(held_.begin(), static_cast<std::ptrdiff_t>(size), '\0');
  held_.erase(0, end == std::string::npos ? size : size + 1);
  looked_ = 0;
  return line;
}

base::Result<void> BatchLines::fill() {
  base::Bytes chunk(kChunk);
  TRY(const std::size_t count, file_.read(chunk));
  ended_ = count == 0;
  held_ += base::as_text(base::ByteView(chunk).first(count));
  crypto::wipe(chunk);
  if (held_.size() > kMaxBatchLine && held_.find('\n') == std::string::npos) {
    skipping_ = true;
    held_.clear();
    looked_ = 0;
  }
  return {};
}

base::Result<std::optional<BatchLine>> BatchLines::next() {
  while (true) {
    if (ended_ && held_.empty() && !skipping_) return std::optional<BatchLine>();
    auto line = take();
    if (line && !line->too_long && line->text.empty()) continue;
    if (line) return line;
    TRY(fill());
  }
}

base::Result<flow::SendRequest> parse_batch_line(const BatchLine& line, base::Time now) {
  if (line.too_long) {
    return usage(fmt::format("a line has at most {} MiB", kMaxBatchLine >> 20),
                 "send larger texts as files");
  }
  auto parsed = text::parse_json(line.text.expose_text());
  if (!parsed) return usage(std::move(parsed).error().text);
  const Json& json = *parsed;
  TRY(check_fields(json));
  flow::SendRequest request;
  TRY(request.to, strings_at(json, "to"));
  if (request.to.empty()) return usage("a message needs a recipient", "add \"to\": \"dr.lee\"");
  TRY(const std::string body, string_or(json, "text", ""));
  request.body = crypto::SecretBytes(base::as_bytes(body));
  TRY(request.purpose, string_or(json, "purpose", "general"));
  TRY(const std::string subject, string_or(json, "subject", ""));
  if (!subject.empty()) request.subject = subject;
  TRY(const std::string key, string_or(json, "key", ""));
  if (!key.empty()) request.key = key;
  TRY(const std::string expires, string_or(json, "expires", ""));
  if (!expires.empty()) {
    TRY(request.expires, text::parse_deadline(expires, now));
  }
  TRY(request.files, files_at(json));
  TRY(request.link, link_at(json));
  if (!json.contains("partial")) return request;
  if (!json.at("partial").is_boolean()) return usage("partial is not true or false");
  request.partial = json.at("partial").get<bool>();
  return request;
}

}  // namespace sealpost::cmd
