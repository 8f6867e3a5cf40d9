// sealpost consent review: words that a person has to understand.
#include <fmt/format.h>

#include "cmd/consent.hpp"
#include "cmd/verb.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string which;
  bool revoke = false;
  bool dismiss = false;
};

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
    rows.push_back({pause.id.substr(0, 12), called(one.contact),
                    ui::time_or_nothing(pause.received ? *pause.received : one.pause.where.at),
                    one.word});
    return {};
  }));
  if (env.out.json()) return {};
  return env.out.table({"ID", "CONTACT", "CAME", "WORDS"}, rows);
}

base::Result<void> run_review(const Options& options, Env& env) {
  const bool decides = options.revoke || options.dismiss;
  if (decides == options.which.empty()) {
    return base::Error{base::Code::kUsage,
                       decides ? "say which words" : "say --revoke or --dismiss",
                       "`sealpost consent review` lists what waits"};
  }
  TRY(Opened opened, open_installation(env));
  if (!decides) return list_unclear(env, opened);
  flow::Context context = context_of(env);
  TRY(const flow::Unclear decided,
      flow::decide_unclear(opened.installation, options.which, options.revoke, context));
  if (env.out.json()) {
    return env.out.document({{"type", "consent-decided"},
                             {"id", decided.pause.record.id},
                             {"contact", called(decided.contact)},
                             {"decision", options.revoke ? "revoke" : "dismiss"}});
  }
  return env.out.line(fmt::format(
      "{} {}", called(decided.contact),
      options.revoke ? "has taken back every leave" : "did not mean to stop: everything goes on"));
}

}  // namespace

void add_consent_review(CLI::App& consent, Env& env) {
  auto [verb, options] = add_verb<Options>(
      consent, env, "review", "List words that wait for a person, or decide one", run_review);
  verb.add_option("ID", options.which, "Of the words, or a beginning of it");
  const Option revoke = verb.add_flag("--revoke", options.revoke, "They take back every leave");
  verb.add_flag("--dismiss", options.dismiss, "They do not")->excludes(revoke);
}

}  // namespace sealpost::cmd
