#include "cmd/consent_records.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.hpp"
#include "flow/opened_records.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

// The same facts make the JSON and the fields.
struct Fact {
  const char* name;
  text::OrderedJson value;
  std::string text;  // empty: not for people
};
using Facts = std::vector<Fact>;

void add(Facts& facts, const char* name, const std::string& text) {
  if (!text.empty()) facts.push_back({name, text, text});
}
void add(Facts& facts, const char* name, const std::optional<base::Time>& time) {
  add(facts, name, ui::time_or_nothing(time));
}
void add(Facts& facts, const char* name, const std::vector<std::string>& words) {
  facts.push_back({name, words, listed(words, "all")});
}
void add(Facts& facts, const char* name, std::uint64_t number) {
  facts.push_back({name, number, fmt::format("{}", number)});
}
void add_truth(Facts& facts, const char* name, bool truth) {
  facts.push_back({name, truth, truth ? "yes" : ""});
}

void add_position(Facts& facts, const reg::Position& where) {
  add(facts, "recorded", text::format_time(where.at));
  add(facts, "by", where.by);
  add(facts, "entry", where.entry);
  add(facts, "event", where.leaf);
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find_first_of("\r\n"));
}

base::Result<void> add_disclosure(Facts& facts, const Shown& shown, const reg::GrantRecord& grant) {
  if (!grant.disclosure) return {};
  add(facts, "disclosure", base::to_hex(*grant.disclosure));
  TRY(const std::optional<std::string> text, flow::find_disclosure(shown.vault, *grant.disclosure));
  if (text) add(facts, "disclosure_line", first_line(*text));
  return {};
}

void add_file(Facts& facts, const char* name, const auto& file) {
  facts.push_back(
      {name,
       {{"name", file.name}, {"size", file.size}, {"sha256", base::to_hex(file.sha256)}},
       fmt::format("{} ({})", file.name, ui::human_size(file.size))});
}

void add_evidence(Facts& facts, const Shown& shown, const reg::GrantRecord& grant) {
  add_truth(facts, "evidence", !grant.evidence.empty());
  const flow::OpenedEvidence opened = flow::opened_evidence(shown.keyed, grant);
  if (opened.kept) add_file(facts, "evidence_file", *opened.kept);
  if (opened.elsewhere) add_file(facts, "evidence_elsewhere", *opened.elsewhere);
}

void add_saved(Facts& facts, const Shown& shown, const std::string& grant) {
  for (const flow::SavedProof& proof : shown.saved) {
    if (proof.grant != grant) continue;
    add(facts, "saved_evidence", proof.evidence.string());
    add(facts, "saved_disclosure", proof.disclosure.string());
  }
}

base::Result<Facts> facts_of(const reg::Granted& granted, const Shown& shown) {
  const reg::GrantRecord& grant = granted.record;
  Facts facts;
  add(facts, "id", grant.id);
  add(facts, "purposes", grant.purposes);
  add(facts, "channels", grant.channels);
  add(facts, "method", grant.method);
  add_truth(facts, "warned", grant.warned);
  add_position(facts, granted.where);
  add(facts, "first_recorded", grant.recorded);
  add(facts, "collector", grant.collector);
  add(facts, "effective", grant.effective);
  add(facts, "expires", grant.expires);
  add_evidence(facts, shown, grant);
  TRY(add_disclosure(facts, shown, grant));
  add(facts, "language", grant.language);
  add(facts, "version", grant.version);
  add(facts, "witness", flow::opened_text(shown.keyed, grant.witness));
  add(facts, "note", flow::opened_text(shown.keyed, grant.note));
  if (!grant.after.empty()) add(facts, "after", grant.after);
  add_saved(facts, shown, grant.id);
  return facts;
}

base::Result<Facts> facts_of(const reg::Revoked& revoked, const Shown& shown) {
  const reg::RevokeRecord& record = revoked.record;
  Facts facts;
  add(facts, "id", record.id);
  add(facts, "purposes", record.purposes);
  add(facts, "channels", record.channels);
  add_position(facts, revoked.where);
  add(facts, "channel", record.channel);
  add(facts, "received", record.received);
  add(facts, "word", flow::opened_text(shown.keyed, record.word));
  return facts;
}

bool is_decided(const reg::Paused& paused, base::Time when) {
  return paused.decided && paused.decided->at <= when;
}

std::string_view state_of(const reg::Paused& paused, base::Time when) {
  if (!is_decided(paused, when)) return "waiting";
  return paused.revoked ? "revoked" : "dismissed";
}

base::Result<Facts> facts_of(const reg::Paused& paused, const Shown& shown) {
  const reg::PauseRecord& record = paused.record;
  Facts facts;
  add(facts, "id", record.id);
  add(facts, "state", std::string(state_of(paused, shown.when)));
  add_position(facts, paused.where);
  add(facts, "channel", record.channel);
  add(facts, "received", record.received);
  add(facts, "word", flow::opened_text(shown.keyed, record.word));
  if (is_decided(paused, shown.when)) {
    add(facts, "decided", text::format_time(paused.decided->at));
    add(facts, "decided_by", paused.decided->by);
  }
  return facts;
}

text::OrderedJson to_json(const Facts& facts) {
  text::OrderedJson out;
  for (const Fact& fact : facts) out[fact.name] = fact.value;
  return out;
}

base::Result<void> print(Env& env, const char* what, const Facts& facts) {
  std::vector<ui::Field> fields{{what, facts.front().text}};
  for (auto fact = facts.begin() + 1; fact != facts.end(); ++fact) {
    std::string name = fact->name;
    std::replace(name.begin(), name.end(), '_', ' ');
    fields.emplace_back(std::move(name), fact->text);
  }
  TRY(env.out.line(""));
  return env.out.fields(fields);
}

template <typename Kept>
base::Result<text::OrderedJson> list_of(const std::vector<Kept>& all, const Shown& shown) {
  text::OrderedJson list = text::OrderedJson::array();
  for (const Kept& one : all) {
    if (one.where.at > shown.when) continue;
    TRY(const Facts facts, facts_of(one, shown));
    list.push_back(to_json(facts));
  }
  return list;
}

template <typename Kept>
base::Result<void> print_all(Env& env, const char* what, const std::vector<Kept>& all,
                             const Shown& shown) {
  for (const Kept& one : all) {
    if (one.where.at > shown.when) continue;
    TRY(const Facts facts, facts_of(one, shown));
    TRY(print(env, what, facts));
  }
  return {};
}

}  // namespace

base::Result<void> add_records(text::OrderedJson& out, const Shown& shown) {
  const reg::Contact& contact = shown.keyed.contact;
  TRY(out["grants"], list_of(contact.grants, shown));
  TRY(out["revocations"], list_of(contact.revocations, shown));
  TRY(out["pauses"], list_of(contact.pauses, shown));
  out["paused"] =
      std::any_of(contact.pauses.begin(), contact.pauses.end(), [&](const reg::Paused& paused) {
        return paused.where.at <= shown.when && !is_decided(paused, shown.when);
      });
  return {};
}

base::Result<void> print_records(Env& env, const Shown& shown) {
  const reg::Contact& contact = shown.keyed.contact;
  TRY(print_all(env, "grant", contact.grants, shown));
  TRY(print_all(env, "revocation", contact.revocations, shown));
  return print_all(env, "pause", contact.pauses, shown);
}

}  // namespace sealpost::cmd
