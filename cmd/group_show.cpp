// sealpost group list | show
#include <fmt/format.h>

#include "cmd/group.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct ListOptions {};
struct ShowOptions {
  std::string name;
};

base::Result<void> run_list(const ListOptions&, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const std::vector<reg::Group> groups, flow::list_groups(opened.installation, context));
  std::vector<ui::Row> rows;
  for (const reg::Group& group : groups) {
    if (env.out.json()) TRY(env.out.document(group_json(group, opened, env)));
    rows.push_back({group.name, members_of(group)});
  }
  return env.out.json() ? base::Result<void>() : env.out.table({"GROUP", "MEMBERS"}, rows);
}

base::Result<void> run_show(const ShowOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const reg::Group group, flow::show_group(opened.installation, options.name, context));
  if (env.out.json()) return env.out.document(group_json(group, opened, env));
  const auto absent = flow::absent_members(opened.installation, group, env.clock.now());
  return env.out.fields(
      {{"group", group.name},
       {"members", members_of(group)},
       {"absent", fmt::format("{}", fmt::join(absent, ", "))},
       {"since", fmt::format("{} by {}", text::format_time(group.added.at), group.added.by)},
       {"edited", fmt::format("{} by {}", text::format_time(group.changed.at), group.changed.by)}});
}

}  // namespace

std::string members_of(const reg::Group& group) {
  return fmt::format("{}", fmt::join(group.members, ", "));
}

text::OrderedJson group_json(const reg::Group& group, const Opened& opened, const Env& env) {
  const auto absent = flow::absent_members(opened.installation, group, env.clock.now());
  return {{"type", "group"},
          {"group", group.name},
          {"members", std::vector<std::string>(group.members.begin(), group.members.end())},
          {"absent", absent},
          {"since", text::format_time(group.added.at)},
          {"edited", text::format_time(group.changed.at)},
          {"edited_by", group.changed.by}};
}

void name_group(Verb verb, std::string& name) {
  verb.add_option("GROUP", name, "Its name, like icu")->required();
}

void add_group_list(CLI::App& group, Env& env) {
  add_verb<ListOptions>(group, env, "list", "List the groups", run_list);
}

void add_group_show(CLI::App& group, Env& env) {
  auto [show, options] = add_verb<ShowOptions>(group, env, "show", "Show one group", run_show);
  name_group(show, options.name);
}

}  // namespace sealpost::cmd
