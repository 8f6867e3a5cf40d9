#include "text/time.hpp"

#include <fmt/format.h>

#include <array>

#include "base/bytes.hpp"
#include "text/safety.hpp"

namespace sealpost::text {
namespace {

using base::milliseconds;
using base::Time;
using namespace std::chrono_literals;

// Outside text for an error message: harmless and short.
std::string quoted(std::string_view text) { return for_terminal(text.substr(0, 40)); }

base::Error bad_time(std::string_view text) {
  return {base::Code::kMalformed, fmt::format("\"{}\" is not a time", quoted(text)),
          "write 2026-11-21T12:00:00Z"};
}

// The fixed-width number at `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return -1;
  int value = 0;
  for (char c : text.substr(at, width)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

base::Result<Time> parse_date(std::string_view text) {
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || month < 0 || day < 0 ||
      year < 1970) {
    return bad_time(text);
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return bad_time(text);
  return Time(std::chrono::sys_days(date));
}

// "Z" or "+hh:mm" as minutes to subtract; nothing else may follow.
base::Result<std::chrono::minutes> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0min;
  const int hours = digits(text, 1, 2);
  const int minutes = digits(text, 4, 2);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' || hours < 0 ||
      hours > 23 || minutes < 0 || minutes > 59) {
    return bad_time(text);
  }
  const auto offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return text[0] == '-' ? -offset : offset;
}

bool is_span(std::string_view text) {
  return text.size() >= 2 && text.size() <= 12 &&
         text.find_first_of("-:TZ") == std::string_view::npos;
}

}  // namespace

std::string format_time(Time time) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time - days).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     seconds / 3600, seconds / 60 % 60, seconds % 60);
}

base::Result<Time> parse_time(std::string_view text) {
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return bad_time(text);
  TRY(const Time day, parse_date(text.substr(0, 10)));
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (text[13] != ':' || text[16] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 59) {
    return bad_time(text);
  }
  std::size_t at = 19;
  int millis = 0;
  if (text[at] == '.') {
    int weight = 100;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, weight /= 10) {
      millis += (text[at] - '0') * weight;
    }
    if (at == first || at - first > 9) return bad_time(text);
  }
  TRY(const std::chrono::minutes offset, parse_offset(text.substr(at)));
  const Time time = day + std::chrono::hours(hour) + std::chrono::minutes(minute) +
                    std::chrono::seconds(second) + milliseconds(millis) - offset;
  // An offset may lead out of the years that format_time() writes.
  constexpr Time kYear10000 = std::chrono::sys_days(std::chrono::year{10000} / 1 / 1);
  if (time < Time{} || time >= kYear10000) return bad_time(text);
  return time;
}

std::string format_span(milliseconds span) {
  struct Unit {
    std::chrono::seconds length;
    char letter;
  };
  constexpr std::array kUnits{Unit{std::chrono::days(1), 'd'}, Unit{std::chrono::hours(1), 'h'},
                              Unit{std::chrono::minutes(1), 'm'}};
  const auto whole = std::chrono::floor<std::chrono::seconds>(span);
  for (const Unit& unit : kUnits) {
    if (whole.count() == 0 || whole % unit.length != std::chrono::seconds(0)) continue;
    return fmt::format("{}{}", whole / unit.length, unit.letter);
  }
  return fmt::format("{}s", whole.count());
}

std::string format_rough_span(milliseconds span) {
  if (span >= std::chrono::days(2)) return format_span(std::chrono::floor<std::chrono::days>(span));
  if (span >= std::chrono::hours(2)) {
    return format_span(std::chrono::floor<std::chrono::hours>(span));
  }
  if (span >= std::chrono::minutes(2)) {
    return format_span(std::chrono::floor<std::chrono::minutes>(span));
  }
  return format_span(span);
}

base::Result<milliseconds> parse_span(std::string_view text) {
  const base::Error bad{base::Code::kMalformed,
                        fmt::format("\"{}\" is not a span of time", quoted(text)),
                        "write 30s, 15m, 4h, 7d or 2w"};
  if (text.size() < 2) return bad;
  milliseconds unit = 0ms;
  switch (text.back()) {
    case 's':
      unit = 1s;
      break;
    case 'm':
      unit = 1min;
      break;
    case 'h':
      unit = 1h;
      break;
    case 'd':
      unit = 24h;
      break;
    case 'w':
      unit = 7 * 24h;
      break;
    default:
      return bad;
  }
  constexpr milliseconds kLongest = 100 * 366 * 24h;
  const auto count = base::parse_decimal(text.substr(0, text.size() - 1),
                                         static_cast<std::uint64_t>(kLongest / unit));
  if (!count && base::parse_decimal(text.substr(0, text.size() - 1))) {
    return base::Error{base::Code::kMalformed,
                       fmt::format("\"{}\" is longer than a hundred years", quoted(text)),
                       "write 36600d at most"};
  }
  if (!count) return bad;
  return unit * static_cast<milliseconds::rep>(*count);
}

base::Result<Time> parse_moment(std::string_view text, Time now) {
  if (is_span(text)) {
    TRY(const milliseconds span, parse_span(text));
    return std::max(now - span, Time{});
  }
  if (text.size() == 10) return parse_date(text);
  return parse_time(text);
}

base::Result<Time> parse_deadline(std::string_view text, Time now) {
  Time deadline;
  if (is_span(text)) {
    TRY(const milliseconds span, parse_span(text));
    deadline = now + span;
  } else {
    TRY(deadline, parse_moment(text, now));
  }
  if (deadline <= now) {
    return base::Error{base::Code::kUsage, fmt::format("\"{}\" has passed already", quoted(text)),
                       "give a time to come, for example 7d"};
  }
  return deadline;
}

}  // namespace sealpost::text
