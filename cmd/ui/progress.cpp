#include "cmd/ui/progress.hpp"

#include <fmt/format.h>

#include "text/safety.hpp"

namespace sealpost::ui {
namespace {

constexpr base::milliseconds kQuietAtFirst{1000};
constexpr base::milliseconds kBetweenDrawings{200};
constexpr std::string_view kClearLine = "\r\x1b[K";

bool wanted(const cmd::Env& env) {
  return env.terminal.err_is_terminal() && !env.globals.quiet && !env.globals.no_progress &&
         !env.variable("NO_COLOR");
}

}  // namespace

Progress::Progress(cmd::Env& env, const std::string& label, std::uint64_t total, std::string things)
    : clock_(env.clock),
      terminal_(env.terminal),
      label_(text::for_terminal(label)),
      total_(total),
      things_(std::move(things)),
      shown_(wanted(env)),
      begun_(env.clock.steady()),
      drawn_(begun_ + kQuietAtFirst - kBetweenDrawings) {}

Progress::~Progress() {
  if (dirty_) terminal_.write_err(kClearLine);
}

void Progress::update(std::uint64_t done, std::uint64_t before) {
  if (!shown_) return;
  const std::scoped_lock lock(mutex_);
  const base::milliseconds now = clock_.steady();
  if (now - drawn_ < kBetweenDrawings) return;
  drawn_ = now;
  dirty_ = true;
  terminal_.write_err(std::string(kClearLine) + describe(done, before, now - begun_));
}

std::string Progress::amount(std::uint64_t count) const {
  return things_.empty() ? human_size(count) : fmt::format("{}", count);
}

std::string Progress::describe(std::uint64_t done, std::uint64_t before,
                               base::milliseconds elapsed) const {
  const double seconds = static_cast<double>(elapsed.count()) / 1000;
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  done += before;
  std::string line = fmt::format("{}  {}", label_, amount(done));
  if (total_ > 0 && done <= total_) {
    line += fmt::format(
        " of {} ({}%)", amount(total_),
        static_cast<int>(100.0 * static_cast<double>(done) / static_cast<double>(total_)));
  }
  if (!things_.empty()) line += " " + things_;
  line += fmt::format("  {}/s", amount(static_cast<std::uint64_t>(rate)));
  if (total_ > done && rate > 0) {
    const double left = static_cast<double>(total_ - done) / rate * 1000;
    line += "  " + human_span(base::milliseconds(static_cast<std::int64_t>(left))) + " left";
  }
  return line;
}

}  // namespace sealpost::ui
