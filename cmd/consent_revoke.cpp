// sealpost consent revoke: leave that was taken back.
#include <fmt/format.h>

#include "cmd/consent.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/private_text.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct RevokeOptions {
  std::string which;
  std::vector<std::string> purposes;
  std::vector<std::string> channels;
  PrivateText word;
  std::string by;
  std::string received;
};

base::Result<void> print_withdrawn(Env& env, const RevokeOptions& options,
                                   const flow::Withdrawn& done) {
  if (env.out.json()) {
    return env.out.document({{"type", "consent-revoked"},
                             {"contact", options.which},
                             {"id", done.id},
                             {"paused", done.paused},
                             {"remaining", done.remaining}});
  }
  if (done.paused) {
    return env.out.line(
        fmt::format("{} is not written to until somebody decides what this means: "
                    "`sealpost consent review`",
                    options.which));
  }
  return env.out.line(
      fmt::format("{} has leave left for {}", options.which, listed(done.remaining, "nothing")));
}

base::Result<void> run_revoke(const RevokeOptions& options, Env& env) {
  flow::Withdrawal withdrawal{options.purposes, options.channels, "", options.by, {}};
  TRY(withdrawal.word, PrivateTexts(env).read("word", options.word));
  if (!options.received.empty()) {
    TRY(withdrawal.received, text::parse_moment(options.received, env.clock.now()));
  }
  TRY(Opened opened, open_installation(env));
  TRY(ui::confirm(env.terminal, env.globals,
                  fmt::format("Record that {} takes back leave for {}?", options.which,
                              listed(options.purposes, "every purpose"))));
  flow::Context context = context_of(env);
  TRY(const flow::Withdrawn done,
      flow::revoke_consent(opened.installation, options.which, withdrawal, context));
  return print_withdrawn(env, options, done);
}

}  // namespace

void add_consent_revoke(CLI::App& consent, Env& env) {
  auto [verb, options] =
      add_verb<RevokeOptions>(consent, env, "revoke", "Record that it was taken back", run_revoke);
  never_empty(verb.add_option("CONTACT", options.which, "Alias or id"))->required();
  add_repeatable(verb, "--purpose", options.purposes, "What for; everything when not given");
  add_repeatable(verb, "--channel", options.channels, "By what way; every way when not given");
  add_private(verb, "word", options.word, "The very words");
  never_empty(verb.add_option("--by", options.by, "The channel by which they came"))
      ->type_name("CHANNEL");
  never_empty(verb.add_option("--received", options.received, "When they came"))->type_name("TIME");
}

}  // namespace sealpost::cmd
