// sealpost consent show, list and check: what a person agreed to, now or then.
#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "cmd/consent.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/verb.hpp"
#include "flow/gate.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct ShowOptions {
  std::string which;
  std::string at;
  bool offline = false;
};

std::string time_of(const std::optional<base::Time>& time) { return ui::time_or_nothing(time); }

text::OrderedJson grant_json(const reg::Granted& granted) {
  const reg::GrantRecord& grant = granted.record;
  text::OrderedJson out{{"id", grant.id},
                        {"purposes", grant.purposes},
                        {"channels", grant.channels},
                        {"method", grant.method},
                        {"warned", grant.warned},
                        {"recorded", text::format_time(granted.where.at)},
                        {"by", granted.where.by},
                        {"entry", granted.where.entry},
                        {"event", granted.where.leaf},
                        {"evidence", !grant.evidence.empty()}};
  if (grant.effective) out["effective"] = text::format_time(*grant.effective);
  if (grant.expires) out["expires"] = text::format_time(*grant.expires);
  if (grant.disclosure) out["disclosure"] = base::to_hex(*grant.disclosure);
  if (!grant.language.empty()) out["language"] = grant.language;
  if (!grant.version.empty()) out["version"] = grant.version;
  if (!grant.after.empty()) out["after"] = grant.after;
  return out;
}

text::OrderedJson revocation_json(const flow::KeyedContact& keyed, const reg::Revoked& revoked) {
  const reg::RevokeRecord& record = revoked.record;
  text::OrderedJson out{{"id", record.id},
                        {"purposes", record.purposes},
                        {"channels", record.channels},
                        {"recorded", text::format_time(revoked.where.at)},
                        {"by", revoked.where.by},
                        {"entry", revoked.where.entry},
                        {"event", revoked.where.leaf}};
  if (!record.channel.empty()) out["channel"] = record.channel;
  if (record.received) out["received"] = text::format_time(*record.received);
  if (keyed.key && !record.word.empty()) {
    if (const auto word = reg::open_text(*keyed.key, record.contact, record.word))
      out["word"] = *word;
  }
  return out;
}

base::Result<void> show_json(Env& env, const flow::KeyedContact& keyed, base::Time when,
                             const policy::Policy& policy) {
  text::OrderedJson grants = text::OrderedJson::array();
  text::OrderedJson revocations = text::OrderedJson::array();
  for (const reg::Granted& one : keyed.contact.grants) {
    if (one.where.at <= when) grants.push_back(grant_json(one));
  }
  for (const reg::Revoked& one : keyed.contact.revocations) {
    if (one.where.at <= when) revocations.push_back(revocation_json(keyed, one));
  }
  return env.out.document({{"type", "consents"},
                           {"contact", called(keyed.contact)},
                           {"id", keyed.contact.id},
                           {"at", text::format_time(when)},
                           {"leave", flow::purposes_with_leave(policy, keyed.contact, when)},
                           {"grants", std::move(grants)},
                           {"revocations", std::move(revocations)}});
}

bool was_granted(const reg::Contact& contact, std::string_view purpose, std::string_view channel) {
  const auto holds = [](const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  return std::any_of(contact.grants.begin(), contact.grants.end(), [&](const reg::Granted& one) {
    return holds(one.record.purposes, purpose) && holds(one.record.channels, channel);
  });
}

base::Result<void> show_text(Env& env, const flow::KeyedContact& keyed, base::Time when,
                             const policy::Policy& policy) {
  std::vector<ui::Row> rows;
  for (const policy::Purpose& purpose : policy.purposes) {
    for (const std::string_view channel : reg::kChannels) {
      if (!was_granted(keyed.contact, purpose.name, channel)) continue;
      const reg::Decision decision = reg::decide(keyed.contact, purpose.name, channel, when,
                                                 !policy::asks_consent(policy, purpose.name));
      rows.push_back({purpose.name, std::string(channel), decision.allowed ? "yes" : "no",
                      decision.reason, time_of(decision.status.until)});
    }
  }
  if (rows.empty()) return env.out.line(called(keyed.contact) + " has given no leave");
  return env.out.table({"PURPOSE", "CHANNEL", "LEAVE", "BECAUSE", "UNTIL"}, rows);
}

base::Result<void> run_show(const ShowOptions& options, Env& env) {
  std::optional<base::Time> then;
  if (!options.at.empty()) {
    TRY(then, text::parse_moment(options.at, env.clock.now()));
  }
  TRY(Opened opened, open_installation(env));
  TRY(read_people(opened, options.offline, env));
  TRY(const flow::KeyedContact keyed, flow::find_contact(*opened.vault, options.which));
  TRY(const policy::Policy policy, opened.installation.policy());
  const base::Time when = then ? *then : flow::present(keyed.contact, env.clock.now());
  return env.out.json() ? show_json(env, keyed, when, policy) : show_text(env, keyed, when, policy);
}

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
        rows.push_back({called(contact), purpose.name, std::string(channel), time_of(status.since),
                        time_of(status.until)});
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

void add_consent_show(CLI::App& consent, Env& env) {
  auto [show, show_options] =
      add_verb<ShowOptions>(consent, env, "show", "Show what a person agreed to", run_show);
  never_empty(show.add_option("CONTACT", show_options.which, "Alias or id"))->required();
  show.add_option("--at", show_options.at, "As of then")->type_name("TIME");
  show.add_flag("--offline", show_options.offline, "As this device has read it last");
  auto [list, list_options] =
      add_verb<ListOptions>(consent, env, "list", "List the leave that is in force", run_list);
  list.add_option("--purpose", list_options.purpose, "Only for this purpose");
  list.add_option("--expiring", list_options.expiring, "Only what ends within this span")
      ->type_name("SPAN");
  list.add_flag("--offline", list_options.offline, "As this device has read it last");
  auto [check, check_options] = add_verb<CheckOptions>(
      consent, env, "check", "Say whether a person may be written to; status 6 if not", run_check);
  never_empty(check.add_option("CONTACT", check_options.which, "Alias or id"))->required();
  check.add_option("--purpose", check_options.purpose, "What for")->required();
  check.add_option("--channel", check_options.channel, "By what way; any when not given");
  check.add_flag("--offline", check_options.offline, "As this device has read it last");
}

}  // namespace sealpost::cmd
