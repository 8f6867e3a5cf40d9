// sealpost key backup: what a person needs to go on with another device.
#include <fmt/format.h>

#include "cmd/file_streams.hpp"
#include "cmd/key.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/passphrase.hpp"
#include "cmd/verb.hpp"
#include "crypto/strength.hpp"
#include "flow/backup.hpp"
#include "flow/journal.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string output;
  std::string passphrase_file;
};

base::Result<crypto::SecretBytes> chosen_passphrase(const Options& options, Env& env,
                                                    const config::Profile& profile) {
  crypto::SecretBytes passphrase;
  if (options.passphrase_file.empty()) {
    TRY(passphrase, typed_new_passphrase(env.terminal, "Passphrase for the backup:"));
  } else {
    TRY(passphrase, passphrase_from_file(options.passphrase_file));
  }
  TRY(crypto::check_strength(passphrase, profile.name));
  return passphrase;
}

base::Result<void> print(const Options& options, Env& env, const flow::BackedUp& made,
                         OutputFile& output) {
  text::OrderedJson document{{"type", "backup"},
                             {"output", options.output},
                             {"size", output.bytes_written()},
                             {"messages", made.counts.messages},
                             {"receipts", made.counts.receipts},
                             {"root_key", made.root_key},
                             {"invitation", made.invitation_expires.has_value()}};
  if (made.invitation_expires) {
    document["invitation_expires"] = text::format_time(*made.invitation_expires);
  }
  document["outbox"] = made.outbox;
  TRY(output.report(document));
  const std::uint64_t messages = made.counts.messages;
  env.out.note(
      fmt::format("{} {} in the backup.", messages, messages == 1 ? "message is" : "messages are"));
  if (made.root_key) env.out.note("So is the organisation's root key: guard the file like it.");
  if (made.invitation_expires) {
    env.out.note(fmt::format("Until {} it admits a new device by itself.",
                             text::format_time(*made.invitation_expires)));
  } else {
    env.out.note(fmt::format("It admits no new device by itself: {}.", made.no_invitation));
  }
  if (made.outbox > 0) {
    env.out.note(
        fmt::format("{} in the outbox {} not in it.",
                    made.outbox == 1 ? "1 message" : fmt::format("{} messages", made.outbox),
                    made.outbox == 1 ? "is" : "are"));
  }
  return {};
}

base::Result<void> run_backup(const Options& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(const crypto::SecretBytes passphrase, chosen_passphrase(options, env, opened.profile));
  TRY(OutputFile output, OutputFile::create(options.output, 0600, Content::kBinary, env));
  TRY(flow::note_in_journal(opened.installation,
                            {"key.backup", "", {}, audit::Outcome::kSuccess, {}}, env.clock.now()));
  flow::Context context = context_of(env);
  TRY(const flow::BackedUp made,
      flow::back_up(opened.installation, passphrase.expose(), output, context));
  TRY(output.commit());
  TRY(flow::note_backup(*opened.vault, env.clock.now()));
  return print(options, env, made, output);
}

}  // namespace

void add_key_backup(CLI::App& key, Env& env) {
  auto [verb, options] = add_verb<Options>(
      key, env, "backup", "Write what a new device needs to go on, sealed", run_backup);
  never_empty(verb.add_option("-o,--output", options.output, "Write to OUT; - is standard output"))
      ->type_name("OUT")
      ->required();
  never_empty(verb.add_option("--backup-passphrase-file", options.passphrase_file,
                              "File with the passphrase for the backup (default: ask)"))
      ->type_name("FILE");
}

}  // namespace sealpost::cmd
