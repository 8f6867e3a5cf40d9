// sealpost contact edit: what is known of a person changes.
#include <fmt/format.h>

#include "cmd/contact.hpp"
#include "cmd/contact_fields.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/private_text.hpp"
#include "flow/contacts.hpp"

namespace sealpost::cmd {
namespace {

struct EditOptions {
  std::string which;
  ContactFields fields;
  std::string source;
  std::vector<std::string> clear;
  PrivateText hold;
  bool no_hold = false;
};

base::Result<void> run_edit(const EditOptions& options, Env& env) {
  flow::ContactChange change;
  TRY(change.fields, read_fields(options.fields, options.source, env));
  if (change.fields.contains("alias") && change.fields["alias"].empty()) {
    return base::Error{base::Code::kUsage, "the alias cannot be taken away", ""};
  }
  for (const std::string& name : options.clear) {
    if (!reg::is_personal_field(name) || name == "alias") {
      return base::Error{base::Code::kUsage, fmt::format("\"{}\" cannot be cleared", name),
                         "see sealpost-contact(1) for the fields"};
    }
    change.fields[name] = "";
  }
  TRY(const std::string hold, PrivateTexts(env).read("hold", options.hold));
  if (!hold.empty()) change.hold = hold;
  if (options.no_hold) change.hold = "";
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::ChangedContact done,
      flow::edit_contact(opened.installation, options.which, change, context));
  if (env.out.json()) return env.out.document(contact_json(done.contact));
  return env.out.line(
      fmt::format("{} {}", called(done.contact), done.changed ? "is changed" : "was so already"));
}

}  // namespace

void add_contact_edit(CLI::App& contact, Env& env) {
  auto [edit, edit_options] =
      add_verb<EditOptions>(contact, env, "edit", "Change what is known of a person", run_edit);
  never_empty(edit.add_option("CONTACT", edit_options.which, "Alias or id"))->required();
  never_empty(
      edit.add_option("SOURCE", edit_options.source, "-: fields as JSON on standard input"));
  never_empty(edit.add_option("--alias", edit_options.fields.alias, "Another alias"))
      ->type_name("ALIAS");
  add_fields(edit, edit_options.fields);
  add_repeatable(edit, "--clear", edit_options.clear, "Take this field away")->type_name("FIELD");
  const auto [hold, hold_file] =
      add_private(edit, "hold", edit_options.hold, "Keep everything, because of this", "REASON");
  edit.add_flag("--no-hold", edit_options.no_hold, "It need not be kept any more")
      ->excludes(hold)
      .excludes(hold_file);
}

}  // namespace sealpost::cmd
