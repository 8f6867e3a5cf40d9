// sealpost contact: people outside. add, edit and remove; the other verbs are beside it,
// contact_*.cpp.
#include "cmd/contact.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/contacts.hpp"

namespace sealpost::cmd {
namespace {

struct Fields {
  std::string alias;
  std::string name;
  std::string phone;
  std::string email;
  std::string language;
  std::string birthdate;
  std::string representative;
  std::string authority;
};

void add_fields(Verb verb, Fields& fields) {
  verb.add_option("--name", fields.name, "The person's name")->type_name("TEXT");
  verb.add_option("--phone", fields.phone, "As +15550100")->type_name("NUMBER");
  verb.add_option("--email", fields.email, "Address")->type_name("ADDRESS");
  verb.add_option("--language", fields.language, "To write in, as es")->type_name("TAG");
  verb.add_option("--birthdate", fields.birthdate, "As 1980-12-31")->type_name("DATE");
  verb.add_option("--representative", fields.representative, "Who decides for the person")
      ->type_name("TEXT");
  verb.add_option("--authority", fields.authority, "By what right they do")->type_name("TEXT");
}

reg::Personal given(const Fields& fields) {
  reg::Personal out;
  const auto take = [&](const char* name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  take("alias", fields.alias);
  take("name", fields.name);
  take("phone", fields.phone);
  take("email", fields.email);
  take("language", fields.language);
  take("birthdate", fields.birthdate);
  take("representative", fields.representative);
  take("authority", fields.authority);
  return out;
}

struct AddOptions {
  Fields fields;
  std::string source;
};

base::Result<void> run_add(const AddOptions& options, Env& env) {
  reg::Personal fields = given(options.fields);
  if (!options.source.empty()) {
    if (options.source != "-") {
      return base::Error{base::Code::kUsage, "fields are read from standard input only",
                         "write - for it"};
    }
    constexpr std::size_t kMost = 64 << 10;
    TRY(const base::Bytes document, base::read_fd(STDIN_FILENO, kMost));
    TRY(reg::Personal more, reg::parse_personal(base::as_text(document)));
    more.merge(fields);
    more["alias"] = options.fields.alias;
    fields = std::move(more);
  }
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const reg::Contact added, flow::add_contact(opened.installation, fields, context));
  return env.out.json() ? env.out.document(contact_json(added)) : env.out.line(added.id);
}

struct EditOptions {
  std::string which;
  Fields fields;
  std::vector<std::string> clear;
  std::string hold;
  bool no_hold = false;
};

base::Result<void> run_edit(const EditOptions& options, Env& env) {
  flow::ContactChange change{given(options.fields), std::nullopt};
  for (const std::string& name : options.clear) {
    if (!reg::is_personal_field(name) || name == "alias") {
      return base::Error{base::Code::kUsage, fmt::format("\"{}\" cannot be cleared", name),
                         "see sealpost-contact(1) for the fields"};
    }
    change.fields[name] = "";
  }
  if (!options.hold.empty()) change.hold = options.hold;
  if (options.no_hold) change.hold = "";
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::ChangedContact done,
      flow::edit_contact(opened.installation, options.which, change, context));
  if (env.out.json()) return env.out.document(contact_json(done.contact));
  return env.out.line(
      fmt::format("{} {}", called(done.contact), done.changed ? "is changed" : "was so already"));
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
  add.add_option("SOURCE", add_options.source, "-: further fields as JSON on standard input");
  add_fields(add, add_options.fields);
  add_contact_list(contact, env);
  auto [edit, edit_options] =
      add_verb<EditOptions>(contact, env, "edit", "Change what is known of a person", run_edit);
  never_empty(edit.add_option("CONTACT", edit_options.which, "Alias or id"))->required();
  edit.add_option("--alias", edit_options.fields.alias, "Another alias")->type_name("ALIAS");
  add_fields(edit, edit_options.fields);
  add_repeatable(edit, "--clear", edit_options.clear, "Take this field away")->type_name("FIELD");
  const Option hold =
      never_empty(edit.add_option("--hold", edit_options.hold, "Keep everything, because of this"))
          ->type_name("REASON");
  edit.add_flag("--no-hold", edit_options.no_hold, "It need not be kept any more")->excludes(hold);
  auto [remove, remove_options] =
      add_verb<RemoveOptions>(contact, env, "remove", "Remove a person", run_remove);
  never_empty(remove.add_option("CONTACT", remove_options.which, "Alias or id"))->required();
  remove.add_flag("--shred", remove_options.shred, "Destroy the personal fields as well");
  add_contact_import(contact, env);
}

}  // namespace sealpost::cmd
