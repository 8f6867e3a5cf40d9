// sealpost org skip: the way back when a device's entries hold up who reads the register.
#include <fmt/format.h>

#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/org_skip.hpp"
#include "cmd/ui/confirm.hpp"
#include "flow/register_skip.hpp"

namespace sealpost::cmd {
namespace {

struct SkipOptions {
  std::string stream;
  std::string reason;
};

std::string entries(const flow::Blockage& found) {
  if (found.first == found.last) return fmt::format("entry {}", found.first);
  return fmt::format("entries {} to {}", found.first, found.last);
}

base::Result<void> run_skip(const SkipOptions& options, Env& env) {
  const auto stream = reg::stream_from_name(options.stream);
  if (!stream) {
    return base::Error{base::Code::kUsage, "the register has no such stream",
                       "its streams are people and organisation"};
  }
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::Blockage found, flow::find_blockage(opened.installation, *stream, context));
  for (const std::string& holder : found.holders) {
    env.out.warn(
        fmt::format("{} was sent a key of it: if that is the right one, its next contact "
                    "with the relay makes this needless",
                    holder));
  }
  TRY(ui::confirm(env.terminal, env.globals,
                  fmt::format("Have everybody go on without {} of the register's {}, by {}, for "
                              "good?",
                              entries(found), options.stream, found.author)));
  TRY(flow::skip_blockage(opened.installation, *stream, found, options.reason, context));
  if (env.out.json()) {
    return env.out.document({{"type", "register-skipped"},
                             {"stream", options.stream},
                             {"author", found.author},
                             {"first", found.first},
                             {"last", found.last},
                             {"why", found.why},
                             {"reason", options.reason}});
  }
  return env.out.line(fmt::format("{} of the register's {}, by {}, hold up nobody any more",
                                  entries(found), options.stream, found.author));
}

}  // namespace

void add_org_skip(CLI::App& org, Env& env) {
  auto [verb, options] = add_verb<SkipOptions>(
      org, env, "skip", "Go on behind entries that hold up readers of the register", run_skip);
  never_empty(verb.add_option("STREAM", options.stream, "people or organisation"))->required();
  never_empty(verb.add_option("--reason", options.reason, "Why, for everybody to read"));
}

}  // namespace sealpost::cmd
