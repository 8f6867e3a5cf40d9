// sealpost consent grant: leave that a person gave.
#include <fmt/format.h>

#include "base/file.hpp"
#include "cmd/consent_override.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/private_text.hpp"
#include "cmd/ui/transfer.hpp"
#include "cmd/verb.hpp"
#include "flow/gate.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMostText = 64 << 10;  // bytes of a disclosure

struct GrantOptions {
  std::string which;
  std::vector<std::string> purposes;
  std::vector<std::string> channels;
  std::string method;
  std::string evidence;
  std::string effective;
  std::string expires;
  std::string disclosure;
  std::string language;
  std::string version;
  PrivateText witness;
  PrivateText note;
  bool warned = false;
};

base::Result<flow::ConsentTerms> terms_of(const GrantOptions& options, Env& env) {
  const base::Time now = env.clock.now();
  PrivateTexts texts(env);
  flow::ConsentTerms terms;
  terms.purposes = options.purposes;
  terms.channels = options.channels;
  terms.method = options.method;
  terms.language = options.language;
  terms.version = options.version;
  terms.warned = options.warned;
  TRY(terms.witness, texts.read("witness", options.witness));
  TRY(terms.note, texts.read("note", options.note));
  if (!options.effective.empty()) {
    TRY(terms.effective, text::parse_moment(options.effective, now));
  }
  if (!options.expires.empty()) {
    TRY(terms.expires, text::parse_deadline(options.expires, now));
  }
  if (!options.disclosure.empty()) {
    TRY(const base::Bytes text, base::read_file(options.disclosure, kMostText));
    terms.disclosure = std::string(base::as_text(text));
  }
  return terms;
}

base::Result<void> print(Env& env, const GrantOptions& options, const reg::Granted& granted,
                         const reg::Decision& decision) {
  const std::string what = fmt::format("{} by {}", listed(granted.record.purposes, ""),
                                       listed(granted.record.channels, ""));
  if (decision.allowed) {
    return env.out.line(fmt::format("{} may be written to for {}", options.which, what));
  }
  TRY(env.out.line(fmt::format("{} has given leave for {}, but may not be written to: {}",
                               options.which, what, decision.reason)));
  if (decision.code == "paused") env.out.note("`sealpost consent review` lists what waits.");
  return {};
}

base::Result<void> run_grant(const GrantOptions& options, Env& env) {
  TRY(const flow::ConsentTerms terms, terms_of(options, env));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  ui::Transfer progress(env);
  std::vector<std::string> overrides;
  const auto ask = [&](const flow::KeyedContact& keyed, const std::vector<reg::Revoked>& which) {
    for (const reg::Revoked& one : which) overrides.push_back(one.record.id);
    return ask_override(options.which, keyed, which, env);
  };
  TRY(const reg::Granted granted, flow::grant_consent(opened.installation, options.which, terms,
                                                      options.evidence, ask, context, progress));
  TRY(const reg::Decision decision,
      flow::decide_grant(opened.installation, granted.record, env.clock.now()));
  if (!env.out.json()) return print(env, options, granted, decision);
  return env.out.document({{"type", "consent-granted"},
                           {"contact", granted.record.contact},
                           {"grant", granted.record.id},
                           {"purposes", granted.record.purposes},
                           {"channels", granted.record.channels},
                           {"overrides", overrides},
                           {"event", granted.where.leaf},
                           {"at", text::format_time(granted.where.at)},
                           {"allowed", decision.allowed},
                           {"code", decision.code},
                           {"reason", decision.reason}});
}

}  // namespace

void add_consent_grant(CLI::App& consent, Env& env) {
  auto [verb, options] =
      add_verb<GrantOptions>(consent, env, "grant", "Record leave that a person gave", run_grant);
  never_empty(verb.add_option("CONTACT", options.which, "Alias or id"))->required();
  add_repeatable(verb, "--purpose", options.purposes, "What for; several times for several")
      ->required();
  add_repeatable(verb, "--channel", options.channels, "By what way, as link-sms")->required();
  never_empty(verb.add_option("--method", options.method, "How it was given, as paper"))
      ->required();
  never_empty(verb.add_option("--evidence", options.evidence, "A scan of it, stored sealed"))
      ->type_name("FILE");
  never_empty(
      verb.add_option("--effective", options.effective, "From when on; at once when not given"))
      ->type_name("TIME");
  never_empty(verb.add_option("--expires", options.expires, "Until when; for good when not given"))
      ->type_name("TIME");
  never_empty(verb.add_option("--disclosure", options.disclosure, "The exact text that was shown"))
      ->type_name("FILE");
  never_empty(verb.add_option("--language", options.language, "Of that text"))->type_name("TAG");
  never_empty(verb.add_option("--version", options.version, "Of that text"))->type_name("TEXT");
  add_private(verb, "witness", options.witness, "Who was there");
  add_private(verb, "note", options.note, "A remark, stored sealed");
  verb.add_flag("--warned", options.warned,
                "The risk of a channel without encryption was explained");
}

}  // namespace sealpost::cmd
