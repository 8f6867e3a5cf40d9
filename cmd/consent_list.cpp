// sealpost consent list and check: the leave that is in force, of all or of one.
#include <fmt/format.h>

#include "cmd/consent.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/verb.hpp"
#include "flow/gate.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct ListOptions {
  std::string purpose;
  std::string expiring;
  bool offline = false;
};

// Leave that is in force now, one line for each purpose and channel of each contact.
base::Result<void> list_contact(Env& env, const reg::Contact& contact, const policy::Policy& policy,
                                const ListOptions& options, std::optional<base::Time> before,
                                std::vector<ui::Row>& rows) {
  const base::Time now = flow::present(contact, env.clock.now());
  for (const policy::Purpose& purpose : policy.purposes) {
    if (!options.purpose.empty() && purpose.name != options.purpose) continue;
    for (const std::string_view channel : reg::kChannels) {
      const reg::Status status = reg::status(contact, purpose.name, channel, now);
      if (status.leave != reg::Leave::kGranted) continue;
      if (before && (!status.until || *status.until >= *before)) continue;
      if (!env.out.json()) {
        rows.push_back({called(contact), purpose.name, std::string(channel),
                        ui::time_or_nothing(status.since), ui::time_or_nothing(status.until)});
        continue;
      }
      text::OrderedJson out{{"type", "consent"},  {"contact", called(contact)},
                            {"id", contact.id},   {"purpose", purpose.name},
                            {"channel", channel}, {"grant", status.grant}};
      if (status.since) out["since"] = text::format_time(*status.since);
      if (status.until) out["until"] = text::format_time(*status.until);
      TRY(env.out.document(out));
    }
  }
  return {};
}

base::Result<void> run_list(const ListOptions& options, Env& env) {
  std::optional<base::Time> before;
  if (!options.expiring.empty()) {
    TRY(const base::milliseconds span, text::parse_span(options.expiring));
    before = env.clock.now() + span;
  }
  TRY(Opened opened, open_installation(env));
  TRY(const policy::Policy policy, opened.installation.policy());
  if (!options.purpose.empty()) TRY(flow::check_declared(policy, options.purpose));
  TRY(read_people(opened, options.offline, env));
  std::vector<ui::Row> rows;
  TRY(flow::each_contact(*opened.vault, [&](flow::KeyedContact keyed) -> base::Result<bool> {
    TRY(list_contact(env, keyed.contact, policy, options, before, rows));
    return true;
  }));
  if (env.out.json()) return {};
  return env.out.table({"CONTACT", "PURPOSE", "CHANNEL", "SINCE", "UNTIL"}, rows);
}

struct CheckOptions {
  std::string which;
  std::string purpose;
  std::string channel;
  bool offline = false;
};

base::Result<void> run_check(const CheckOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(read_people(opened, options.offline, env));
  TRY(const flow::KeyedContact keyed, flow::find_contact(*opened.vault, options.which));
  TRY(const reg::Decision decision,
      flow::decide_for(opened.installation, keyed.contact, options.purpose, options.channel,
                       env.clock.now()));
  if (env.out.json()) {
    text::OrderedJson out{{"type", "consent-check"},     {"contact", options.which},
                          {"id", keyed.contact.id},      {"purpose", options.purpose},
                          {"allowed", decision.allowed}, {"code", decision.code},
                          {"reason", decision.reason}};
    if (!options.channel.empty()) out["channel"] = options.channel;
    if (!decision.status.grant.empty()) out["grant"] = decision.status.grant;
    if (decision.status.until) out["until"] = text::format_time(*decision.status.until);
    TRY(env.out.document(out));
  } else if (decision.allowed) {
    TRY(env.out.line(fmt::format("yes: {}", decision.reason)));
  }
  if (decision.allowed) return {};
  return flow::no_consent(options.which, options.purpose, decision);
}

}  // namespace

void add_consent_list(CLI::App& consent, Env& env) {
  auto [list, list_options] =
      add_verb<ListOptions>(consent, env, "list", "List the leave that is in force", run_list);
  never_empty(list.add_option("--purpose", list_options.purpose, "Only for this purpose"));
  never_empty(
      list.add_option("--expiring", list_options.expiring, "Only what ends within this span"))
      ->type_name("SPAN");
  list.add_flag("--offline", list_options.offline, "As this device has read it last");
  auto [check, check_options] = add_verb<CheckOptions>(
      consent, env, "check", "Say whether a person may be written to; status 6 if not", run_check);
  never_empty(check.add_option("CONTACT", check_options.which, "Alias or id"))->required();
  never_empty(check.add_option("--purpose", check_options.purpose, "What for"))->required();
  never_empty(
      check.add_option("--channel", check_options.channel, "By what way; any when not given"));
  check.add_flag("--offline", check_options.offline, "As this device has read it last");
}

}  // namespace sealpost::cmd
