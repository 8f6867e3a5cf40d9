// sealpost message export: messages out of the system, for a person who has another key.
#include <fmt/format.h>

#include "cmd/age_recipients.hpp"
#include "cmd/file_streams.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/ui/transfer.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/message_export.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::vector<std::string> messages;
  bool all = false;
  RecipientOptions recipients;
  std::string output;
};

base::Result<void> check(const Options& options) {
  if (options.all && !options.messages.empty()) {
    return base::Error{base::Code::kUsage, "--all and messages by name exclude each other", ""};
  }
  if (!options.all && options.messages.empty()) {
    return base::Error{base::Code::kUsage, "no message is named",
                       "name messages by number or id, or use --all"};
  }
  if (options.recipients.any()) return {};
  return base::Error{base::Code::kUsage, "nobody to encrypt to",
                     "name a recipient with -r or -R; `sealpost keygen` makes a key"};
}

text::OrderedJson json_of(const Options& options, const flow::Exported& exported,
                          std::uint64_t size) {
  text::OrderedJson missing = text::OrderedJson::array();
  for (const flow::NotExported& item : exported.missing) {
    missing.push_back({{"message", item.message}, {"name", item.name}, {"reason", item.reason}});
  }
  return {{"type", "messages-exported"},
          {"output", options.output},
          {"size", size},
          {"messages", exported.messages},
          {"attachments", exported.attachments},
          {"missing", std::move(missing)}};
}

base::Result<void> say_missing(Env& env, const flow::Exported& exported) {
  if (exported.missing.empty()) return {};
  for (const flow::NotExported& item : exported.missing) {
    env.out.note(fmt::format("{} of message {}: {}", item.name, item.message, item.reason));
  }
  return base::Error{base::Code::kPartial,
                     fmt::format("{} attachments are not in the export", exported.missing.size()),
                     "what the messages say, and what proves it, is"};
}

// The messages themselves may go to standard output.
void say_written(Env& env, const Options& options, const flow::Exported& exported) {
  env.out.note(fmt::format("{} {} and {} {} written to {}, encrypted; the audit log tells of it.",
                           exported.messages, exported.messages == 1 ? "message" : "messages",
                           exported.attachments,
                           exported.attachments == 1 ? "attachment" : "attachments",
                           options.output == "-" ? "standard output" : options.output));
}

base::Result<void> run_export(const Options& options, Env& env) {
  TRY(check(options));
  TRY(std::vector<age::X25519Recipient> recipients, read_recipients(options.recipients));
  TRY(Opened opened, open_installation(env));
  TRY(OutputFile output, OutputFile::create(options.output, 0600, Content::kBinary, env));
  flow::Context context = context_of(env);
  ui::Transfer progress(env);
  TRY(const flow::Exported exported,
      flow::export_messages(opened.installation, {options.messages, std::move(recipients)}, output,
                            context, progress));
  TRY(output.commit());
  TRY(output.report(json_of(options, exported, output.bytes_written())));
  say_written(env, options, exported);
  return say_missing(env, exported);
}

}  // namespace

void add_message(CLI::App& app, Env& env) {
  CLI::App& group = add_group(app, "message", "Take messages out of the system");
  auto [verb, options] = add_verb<Options>(
      group, env, "export", "Encrypt messages to an age key; the log records it", run_export);
  add_recipient_options(verb, options.recipients);
  verb.add_flag("--all", options.all, "Every message, received and sent");
  never_empty(verb.add_option("-o,--output", options.output, "Write to OUT; - is standard output"))
      ->type_name("OUT")
      ->required();
  verb.add_option("MESSAGE", options.messages, "Numbers or ids");
}

}  // namespace sealpost::cmd
