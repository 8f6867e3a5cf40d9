// sealpost group: members that are written to together, the same for everybody. list and show are
// beside it, group_show.cpp.
#include <fmt/format.h>

#include "cmd/group.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {
namespace {

struct AddOptions {
  std::string name;
  std::vector<std::string> members;
};
struct EditOptions {
  std::string name;
  std::vector<std::string> add;
  std::vector<std::string> remove;
};
struct NameOptions {
  std::string name;
};

base::Result<void> print_written(Env& env, const Opened& opened, const reg::Group& group,
                                 bool changed) {
  if (env.out.json()) {
    text::OrderedJson document = group_json(group, opened, env);
    document["changed"] = changed;
    return env.out.document(document);
  }
  if (!changed) env.out.note("All was so already; nothing was written.");
  return env.out.line(fmt::format("group {}: {}", group.name, members_of(group)));
}

base::Result<void> run_add(const AddOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const reg::Group group,
      flow::add_group(opened.installation, options.name, options.members, context));
  return print_written(env, opened, group, true);
}

base::Result<void> check_edit(const EditOptions& options) {
  if (options.add.empty() && options.remove.empty()) {
    return base::Error{base::Code::kUsage, "nothing is to be changed",
                       "give --add USER or --remove USER"};
  }
  for (const std::string& user : options.add) {
    if (std::find(options.remove.begin(), options.remove.end(), user) == options.remove.end()) {
      continue;
    }
    return base::Error{base::Code::kUsage, fmt::format("{} is to be added and removed", user), ""};
  }
  return {};
}

base::Result<void> run_edit(const EditOptions& options, Env& env) {
  TRY(check_edit(options));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::EditedGroup edited,
      flow::edit_group(opened.installation, options.name, {options.add, options.remove}, context));
  return print_written(env, opened, edited.group, edited.changed);
}

base::Result<void> run_remove(const NameOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const reg::Group group, flow::show_group(opened.installation, options.name, context));
  TRY(ui::confirm(
      env.terminal, env.globals,
      fmt::format("Remove group {} ({}) for everybody?", group.name, members_of(group))));
  TRY(flow::remove_group(opened.installation, group.name, context));
  if (env.out.json()) {
    return env.out.document({{"type", "group-removed"}, {"group", group.name}});
  }
  return env.out.line(fmt::format("group {} is removed", group.name));
}

}  // namespace

void add_group_verb(CLI::App& app, Env& env) {
  CLI::App& group = add_group(app, "group", "Members that are written to together");
  auto [add, adding] = add_verb<AddOptions>(group, env, "add", "Make a group", run_add);
  name_group(add, adding.name);
  add_repeatable(add, "--member", adding.members, "A member's user id; repeatable")->required();
  add_group_list(group, env);
  add_group_show(group, env);
  auto [edit, editing] =
      add_verb<EditOptions>(group, env, "edit", "Take members in, or out", run_edit);
  name_group(edit, editing.name);
  add_repeatable(edit, "--add", editing.add, "Who comes in; repeatable");
  add_repeatable(edit, "--remove", editing.remove, "Who goes; repeatable");
  auto [remove, removing] = add_verb<NameOptions>(group, env, "remove", "End a group", run_remove);
  name_group(remove, removing.name);
}

}  // namespace sealpost::cmd
