// sealpost consent show: what a person agreed to, now or then.
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

}  // namespace

void add_consent_show(CLI::App& consent, Env& env) {
  auto [show, show_options] =
      add_verb<ShowOptions>(consent, env, "show", "Show what a person agreed to", run_show);
  never_empty(show.add_option("CONTACT", show_options.which, "Alias or id"))->required();
  show.add_option("--at", show_options.at, "As of then")->type_name("TIME");
  show.add_flag("--offline", show_options.offline, "As this device has read it last");
}

}  // namespace sealpost::cmd
