#include "report/bundle.hpp"

#include <algorithm>
#include <array>

#include "text/safety.hpp"

namespace sealpost::report {
namespace {

using base::Result;
using text::Json;

base::Error malformed(std::string text) { return {base::Code::kMalformed, std::move(text), ""}; }

constexpr std::size_t kMostKey = 32;  // bytes of a key or a type that matter

// Others are no lists of what is so: histories hold what was, transactions what is wanted, messages
// what somebody is told.
Result<void> check_type(std::string_view type) {
  if (type == "collection" || type == "searchset") return {};
  return malformed("the file is a Bundle of type \"" + text::for_terminal(type) +
                   "\", neither collection nor searchset");
}

using TakeEntry = std::function<Result<void>(Result<Json>, std::uint64_t)>;

// Takes the text apart without understanding more of it than strings and brackets. Elements of the
// array "entry" of the outermost object go one by one to `take`; everything else stays in the
// frame, with a 0 for each element, and the frame is parsed as a whole at the end.
class Splitter {
 public:
  explicit Splitter(const TakeEntry& take) : take_(take) {}

  Result<void> feed(std::string_view text) {
    for (const char c : text) {
      TRY(next(c));
      if (frame_.size() > kMaxFrame)
        return malformed("a Bundle that is too long around its entries");
    }
    return {};
  }

  // The frame, when the text has ended.
  const std::string& frame() const { return frame_; }

 private:
  Result<void> next(char c) {
    if (in_string_) return next_in_string(c);
    switch (c) {
      case '"':
        in_string_ = true;
        text_.clear();
        break;
      case ':':
      case ',':
        in_value_ = c == ':';
        break;
      case '{':
      case '[':
        return open(c);
      case '}':
      case ']':
        return close(c);
      default:
        break;
    }
    keep(c);
    return {};
  }

  Result<void> next_in_string(char c) {
    keep(c);
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (c == '\\') {
      is_escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
      return end_string();
    }
    if (depth_ == 1 && text_.size() < kMostKey) text_ += c;
    return {};
  }

  // What stands in front of the entries is known before the first of them is handed over.
  Result<void> end_string() {
    if (depth_ != 1) return {};
    if (!in_value_) {
      key_ = text_;
    } else if (key_ == "type") {
      return check_type(text_);
    }
    return {};
  }

  Result<void> open(char c) {
    if (c == '[' && depth_ == 1) in_entries_ = key_ == "entry";
    const bool begins = in_entries_ && depth_ == 2;
    ++depth_;
    if (begins) {
      entry_.clear();
      in_entry_ = true;
      frame_ += '0';
    }
    keep(c);
    return {};
  }

  Result<void> close(char c) {
    keep(c);
    if (depth_ > 0) --depth_;
    if (depth_ == 1) in_entries_ = false;
    if (!in_entry_ || depth_ != 2) return {};
    in_entry_ = false;
    ++count_;
    if (entry_.size() > kMaxEntry) return take_(malformed("longer than 256 KiB"), count_);
    return take_(text::parse_json(entry_), count_);
  }

  void keep(char c) {
    if (!in_entry_) {
      frame_ += c;
    } else if (entry_.size() <= kMaxEntry) {
      entry_ += c;
    }
  }

  const TakeEntry& take_;
  std::string frame_;
  std::string entry_;
  std::string text_;  // the string that is being read at the outermost level, its beginning
  std::string key_;   // the last one that was read there
  std::uint64_t count_ = 0;
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool in_value_ = false;  // at the outermost level: behind a colon
  bool is_escaped_ = false;
  bool in_entries_ = false;
  bool in_entry_ = false;
};

Result<void> check_frame(const std::string& text) {
  auto frame = text::parse_json(text);
  if (!frame) return malformed("the file is " + frame.error().text);
  const auto type = text::string_at(*frame, "resourceType");
  if (!type || *type != "Bundle") return malformed("the file is no FHIR Bundle");
  const auto kind = text::string_at(*frame, "type");
  if (!kind) return malformed("the file is a Bundle without a type");
  TRY(check_type(*kind));
  const auto entries = frame->find("entry");
  if (entries == frame->end()) return {};
  const bool is_split =
      entries->is_array() && std::all_of(entries->begin(), entries->end(), [](const Json& entry) {
        return entry.is_number() && entry == 0;
      });
  if (!is_split) return malformed("the file is a Bundle whose \"entry\" is no array of objects");
  return {};
}

}  // namespace

Result<void> read_bundle(base::ByteSource& source, const TakeEntry& take) {
  Splitter splitter(take);
  std::array<std::uint8_t, 64 << 10> chunk{};
  for (;;) {
    TRY(const std::size_t count, source.read(chunk));
    if (count == 0) break;
    TRY(splitter.feed(base::as_text(base::ByteView(chunk).first(count))));
  }
  return check_frame(splitter.frame());
}

}  // namespace sealpost::report
