// sealpost consent review: words that a person has to understand.
#include "flow/consent_review.hpp"

#include <fmt/format.h>

#include "cmd/consent.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string which;
  std::vector<std::string> purposes;
  std::vector<std::string> channels;
  bool revoke = false;
  bool dismiss = false;
};

base::Error usage(std::string text, std::string hint) {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

base::Time came(const flow::Unclear& unclear) {
  const reg::PauseRecord& pause = unclear.pause.record;
  return pause.received ? *pause.received : unclear.pause.where.at;
}

base::Result<void> list_unclear(Env& env, Opened& opened) {
  TRY(read_people(opened, false, env));
  std::vector<ui::Row> rows;
  TRY(flow::each_unclear(opened.installation, [&](const flow::Unclear& one) -> base::Result<void> {
    const reg::PauseRecord& pause = one.pause.record;
    if (env.out.json()) {
      text::OrderedJson out{{"type", "consent-unclear"},
                            {"id", pause.id},
                            {"contact", called(one.contact)},
                            {"word", one.word},
                            {"recorded", text::format_time(one.pause.where.at)}};
      if (!pause.channel.empty()) out["channel"] = pause.channel;
      if (pause.received) out["received"] = text::format_time(*pause.received);
      return env.out.document(out);
    }
    rows.push_back(
        {pause.id.substr(0, 12), called(one.contact), text::format_time(came(one)), one.word});
    return {};
  }));
  if (env.out.json()) return {};
  return env.out.table({"ID", "CONTACT", "CAME", "WORDS"}, rows);
}

std::string said(const flow::Unclear& unclear) {
  const std::string& channel = unclear.pause.record.channel;
  return fmt::format("{} said{} at {}: {}", called(unclear.contact),
                     channel.empty() ? "" : " by " + channel, text::format_time(came(unclear)),
                     text::for_terminal(unclear.word));
}

std::string question(const Options& options) {
  if (options.dismiss) return "Go on as before?";
  return fmt::format("Record that they take back leave for {}?",
                     listed(options.purposes, "every purpose"));
}

// Nobody decides on words that they have not seen. Without an option a person at a terminal says
// what they mean.
base::Result<bool> ask(const Options& options, const flow::Unclear& unclear, Env& env) {
  const bool is_decided = options.revoke || options.dismiss;
  if (!env.terminal.can_prompt() && !(is_decided && env.globals.yes)) {
    return usage("say --revoke or --dismiss, and --yes", "what waits: " + said(unclear));
  }
  if (!env.globals.yes || !is_decided) env.terminal.write_err(said(unclear) + "\n");
  if (is_decided) {
    TRY(ui::confirm(env.terminal, env.globals, question(options)));
    return options.revoke;
  }
  TRY(const std::string answer,
      env.terminal.read_line(
          "Do they take back every leave? [yes/no, anything else decides nothing]"));
  if (answer == "yes" || answer == "no") return answer == "yes";
  return base::Error{base::Code::kInterrupted, "nothing was decided", ""};
}

base::Result<void> decide(const Options& options, Opened& opened, Env& env) {
  flow::Context context = context_of(env);
  TRY(const flow::Unclear unclear, flow::find_unclear(opened.installation, options.which, context));
  TRY(const bool revoke, ask(options, unclear, env));
  TRY(flow::decide_unclear(opened.installation, unclear,
                           {revoke, options.purposes, options.channels}, context));
  if (env.out.json()) {
    return env.out.document({{"type", "consent-decided"},
                             {"id", unclear.pause.record.id},
                             {"contact", called(unclear.contact)},
                             {"decision", revoke ? "revoke" : "dismiss"},
                             {"word", unclear.word},
                             {"purposes", options.purposes},
                             {"channels", options.channels}});
  }
  return env.out.line(fmt::format(
      "{} {}", called(unclear.contact),
      revoke ? fmt::format("has taken back leave for {}", listed(options.purposes, "every purpose"))
             : "did not mean to stop: everything goes on"));
}

base::Result<void> run_review(const Options& options, Env& env) {
  const bool decides = options.revoke || options.dismiss;
  if (options.which.empty() && decides) {
    return usage("say which words", "`sealpost consent review` lists what waits");
  }
  if (!options.revoke && !(options.purposes.empty() && options.channels.empty())) {
    return usage("--purpose and --channel say what --revoke takes back", "add --revoke");
  }
  TRY(Opened opened, open_installation(env));
  return options.which.empty() ? list_unclear(env, opened) : decide(options, opened, env);
}

}  // namespace

void add_consent_review(CLI::App& consent, Env& env) {
  auto [verb, options] =
      add_verb<Options>(consent, env, "review",
                        "List words that wait for a person, or decide what one means", run_review);
  never_empty(verb.add_option("ID", options.which, "Of the words, or a beginning of it"));
  const Option revoke = verb.add_flag("--revoke", options.revoke, "They take back leave");
  add_repeatable(verb, "--purpose", options.purposes, "For this alone; everything when not given");
  add_repeatable(verb, "--channel", options.channels, "By this way alone; every when not given");
  verb.add_flag("--dismiss", options.dismiss, "They do not")->excludes(revoke);
}

}  // namespace sealpost::cmd
