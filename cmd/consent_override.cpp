#include "cmd/consent_override.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/ui/confirm.hpp"
#include "flow/opened_records.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMostTold = 20;

std::string told(const std::string& who, const flow::KeyedContact& keyed,
                 const reg::Revoked& revoked) {
  const reg::RevokeRecord& record = revoked.record;
  const std::string words = text::for_terminal(flow::opened_text(keyed, record.word));
  return fmt::format("{} took back leave for {}{}{} at {}, recorded by {}{}{}",
                     text::for_terminal(who), listed(record.purposes, "every purpose"),
                     record.channels.empty() ? "" : " by " + listed(record.channels, ""),
                     record.channel.empty() ? "" : " (came by " + record.channel + ")",
                     text::format_time(record.received.value_or(revoked.where.at)),
                     revoked.where.by, words.empty() ? "" : ": ", words);
}

// The newest last, where the question stands.
std::string told_all(const std::string& who, const flow::KeyedContact& keyed,
                     const std::vector<reg::Revoked>& overridden, const char* separator) {
  const std::size_t named = std::min(overridden.size(), kMostTold);
  std::vector<std::string> all;
  if (overridden.size() > named) {
    all.push_back(
        fmt::format("{} older ones: see `sealpost consent show`", overridden.size() - named));
  }
  for (std::size_t i = overridden.size() - named; i < overridden.size(); ++i) {
    all.push_back(told(who, keyed, overridden[i]));
  }
  return fmt::format("{}", fmt::join(all, separator));
}

}  // namespace

base::Result<void> ask_override(const std::string& who, const flow::KeyedContact& keyed,
                                const std::vector<reg::Revoked>& overridden, Env& env) {
  if (env.globals.yes) {
    env.out.note(told_all(who, keyed, overridden, "\n") + "\nThis grant overrides that.");
    return {};
  }
  if (!env.terminal.can_prompt()) {
    return base::Error{base::Code::kUsage,
                       "this grant would override that leave was taken back: " +
                           told_all(who, keyed, overridden, "; "),
                       "add --yes if they have given leave anew since"};
  }
  env.terminal.write_err(told_all(who, keyed, overridden, "\n") + "\n");
  return ui::confirm(env.terminal, env.globals, "Have they given leave anew since?");
}

}  // namespace sealpost::cmd
