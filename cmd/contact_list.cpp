// sealpost contact list and show.
#include <fmt/format.h>

#include "cmd/contact.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/verb.hpp"
#include "flow/consents.hpp"
#include "flow/contacts.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct ListOptions {
  bool all = false;
  bool offline = false;
};

std::string field(const reg::Contact& contact, const char* name) {
  const auto at = contact.personal.find(name);
  return at == contact.personal.end() ? std::string() : at->second;
}

std::string state_of(const reg::Contact& contact) {
  if (contact.shredded) return "shredded";
  if (contact.removed) return "removed";
  return "active";
}

base::Result<void> run_list(const ListOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(read_people(opened, options.offline, env));
  std::vector<ui::Row> rows;
  TRY(flow::each_contact(*opened.vault, [&](flow::KeyedContact keyed) -> base::Result<bool> {
    const reg::Contact& contact = keyed.contact;
    if (contact.removed && !options.all) return true;
    if (env.out.json()) {
      TRY(env.out.document(contact_json(contact)));
      return true;
    }
    // What leads to this contact, and to no other.
    TRY(const std::string name, flow::listed_name(*opened.vault, contact));
    rows.push_back({name, field(contact, "name"), field(contact, "phone"), field(contact, "email"),
                    field(contact, "language"), options.all ? state_of(contact) : std::string()});
    return true;
  }));
  if (env.out.json()) return {};
  return env.out.table(
      {"CONTACT", "NAME", "PHONE", "EMAIL", "LANGUAGE", options.all ? "STATE" : ""}, rows);
}

struct ShowOptions {
  std::string which;
  bool offline = false;
};

base::Result<void> run_show(const ShowOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(read_people(opened, options.offline, env));
  TRY(const flow::KeyedContact keyed, flow::find_contact(*opened.vault, options.which));
  if (env.out.json()) return env.out.document(contact_json(keyed.contact));
  return print_contact(env, keyed.contact);
}

}  // namespace

base::Result<void> read_people(Opened& opened, bool offline, Env& env) {
  const auto known = [&] {
    return flow::check_known(opened.installation, reg::Stream::kPeople, env.clock.now());
  };
  if (offline) return known();
  flow::Context context = context_of(env);
  auto read = flow::catch_up_register(opened.installation, reg::Stream::kPeople, context);
  if (read) return {};
  const base::Code code = read.error().code;
  if (code != base::Code::kUnreachable && code != base::Code::kTimeout) return read;
  TRY(known());
  env.out.warn("this may be old: " + read.error().text);
  return {};
}

std::string called(const reg::Contact& contact) {
  const std::string alias = contact.alias();
  return alias.empty() ? contact.id : alias;
}

text::OrderedJson contact_json(const reg::Contact& contact) {
  text::OrderedJson out{{"type", "contact"}, {"id", contact.id}};
  for (const std::string_view name : reg::kPersonalFields) {
    const std::string value = field(contact, std::string(name).c_str());
    if (!value.empty()) out[std::string(name)] = value;
  }
  out["state"] = state_of(contact);
  if (!contact.hold.empty()) out["hold"] = contact.hold;
  out["added"] = text::format_time(contact.added.at);
  out["added_by"] = contact.added.by;
  out["changed"] = text::format_time(contact.changed.at);
  out["changed_by"] = contact.changed.by;
  return out;
}

base::Result<void> print_contact(Env& env, const reg::Contact& contact) {
  std::vector<ui::Field> fields{{"id", contact.id}};
  for (const std::string_view name : reg::kPersonalFields) {
    fields.emplace_back(std::string(name), field(contact, std::string(name).c_str()));
  }
  fields.emplace_back("state", state_of(contact));
  fields.emplace_back("hold", contact.hold);
  fields.emplace_back(
      "added", fmt::format("{} by {}", text::format_time(contact.added.at), contact.added.by));
  fields.emplace_back("changed", fmt::format("{} by {}", text::format_time(contact.changed.at),
                                             contact.changed.by));
  return env.out.fields(fields);
}

void add_contact_list(CLI::App& contact, Env& env) {
  auto [list, list_options] =
      add_verb<ListOptions>(contact, env, "list", "List the people that are known", run_list);
  list.add_flag("--all", list_options.all, "Removed ones as well");
  list.add_flag("--offline", list_options.offline, "As this device has read it last");
  auto [show, show_options] =
      add_verb<ShowOptions>(contact, env, "show", "Show what is known of a person", run_show);
  never_empty(show.add_option("CONTACT", show_options.which, "Alias or id"))->required();
  show.add_flag("--offline", show_options.offline, "As this device has read it last");
}

}  // namespace sealpost::cmd
