// sealpost contact: people outside. add and remove; the other verbs are beside it,
// contact_*.cpp.
#include "cmd/contact.hpp"

#include <fmt/format.h>

#include "cmd/contact_fields.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/contacts.hpp"

namespace sealpost::cmd {
namespace {

struct AddOptions {
  ContactFields fields;
  std::string source;
};

base::Result<void> run_add(const AddOptions& options, Env& env) {
  TRY(const reg::Personal fields, read_fields(options.fields, options.source, env));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const reg::Contact added, flow::add_contact(opened.installation, fields, context));
  return env.out.json() ? env.out.document(contact_json(added)) : env.out.line(added.id);
}

struct RemoveOptions {
  std::string which;
  bool shred = false;
};

base::Result<void> run_remove(const RemoveOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(ui::confirm(
      env.terminal, env.globals,
      options.shred ? fmt::format("Destroy name, numbers and words of {} for good?", options.which)
                    : fmt::format("Remove {}? Nothing is sent there any more.", options.which)));
  flow::Context context = context_of(env);
  TRY(const flow::ChangedContact done,
      flow::remove_contact(opened.installation, options.which, options.shred, context));
  if (env.out.json()) return env.out.document(contact_json(done.contact));
  const char* what =
      done.contact.shredded ? "is removed, and its personal fields are destroyed" : "is removed";
  return env.out.line(
      fmt::format("{} {}", options.which, done.changed ? what : "was removed before"));
}

}  // namespace

void add_contact(CLI::App& app, Env& env) {
  CLI::App& contact = add_group(app, "contact", "People outside: whom the organisation writes to");
  auto [add, add_options] = add_verb<AddOptions>(contact, env, "add", "Add a person", run_add);
  never_empty(
      add.add_option("ALIAS", add_options.fields.alias, "What you call them, like jane-doe"))
      ->required();
  never_empty(
      add.add_option("SOURCE", add_options.source, "-: further fields as JSON on standard input"));
  add_fields(add, add_options.fields);
  add_contact_list(contact, env);
  add_contact_edit(contact, env);
  auto [remove, remove_options] =
      add_verb<RemoveOptions>(contact, env, "remove", "Remove a person", run_remove);
  never_empty(remove.add_option("CONTACT", remove_options.which, "Alias or id"))->required();
  remove.add_flag("--shred", remove_options.shred, "Destroy the personal fields as well");
  add_contact_import(contact, env);
}

}  // namespace sealpost::cmd
