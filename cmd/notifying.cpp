#include "cmd/notifying.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/file.hpp"
#include "cmd/passphrase.hpp"
#include "flow/link_notices.hpp"

namespace sealpost::cmd {
namespace {

base::Error malformed(std::string text, std::string hint) {
  return {base::Code::kMalformed, std::move(text), std::move(hint)};
}

base::Result<crypto::SecretBytes> secret_from_file(const std::string& path) {
  const auto file = base::open_read(path);
  if (!file) return malformed("secret-file: " + file.error().text, "");
  struct stat found {};
  if (::fstat(file->get(), &found) != 0 || (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return malformed(fmt::format("secret-file {} is open to other users of this machine", path),
                     fmt::format("chmod go= {}", path));
  }
  return passphrase_from_fd(file->get());
}

// What the command says for itself on standard error is all that there is to say.
base::Result<crypto::SecretBytes> read_secret(const notify::SecretSource& source) {
  if (!source.file.empty()) return secret_from_file(source.file);
  auto secret = passphrase_from_command(source.command);
  if (!secret) return malformed("secret-command failed, or printed nothing", "");
  return secret;
}

// The file of the sandbox that this command runs in; empty outside of one.
std::string sandbox_file(const Env& env) {
  const auto sandbox = env.variable("SEALPOST_SANDBOX");
  if (!sandbox || sandbox != env.variable("SEALPOST_HOME")) return {};
  return *sandbox + "/notices.ndjson";
}

}  // namespace

base::Result<notify::Settings> notify_settings(const Env& env, const std::string& profile) {
  std::map<std::string, std::string> values;
  for (const char* part : {"notify.organisation", "notify.sms.", "notify.email."}) {
    for (const auto& [key, value] : env.config.find_all(profile, part)) {
      values.emplace(key, value.text);
    }
  }
  auto settings = notify::parse_settings(values);
  if (!settings) return base::with_context(std::move(settings).error(), "configuration");
  const std::string file = sandbox_file(env);
  if (!file.empty() && !settings->sms) settings->sms = notify::to_file(file);
  if (!file.empty() && !settings->email) settings->email = notify::to_file(file);
  return settings;
}

base::Result<notify::Notifier> make_notifier(const Env& env, const std::string& profile,
                                             const flow::Installation& installation) {
  TRY(notify::Settings settings, notify_settings(env, profile));
  TRY(notify::Sender sender, flow::notice_sender(installation));
  auto notifier =
      notify::Notifier::make(settings, std::move(sender), read_secret, {env.clock, env.interrupt});
  if (!notifier) return base::with_context(std::move(notifier).error(), "configuration");
  return notifier;
}

base::Result<std::optional<notify::Notifier>> notifier_unless(
    bool no_notice, const Env& env, const std::string& profile,
    const flow::Installation& installation) {
  std::optional<notify::Notifier> notifier;
  if (no_notice) return notifier;
  TRY(notify::Notifier made, make_notifier(env, profile, installation));
  notifier.emplace(std::move(made));
  return notifier;
}

}  // namespace sealpost::cmd
