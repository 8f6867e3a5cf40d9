// sealpost mfa: one-time codes from a second thing that one has.
#include <fmt/format.h>
#include <unistd.h>

#include "cmd/opened.hpp"
#include "cmd/passphrase.hpp"
#include "cmd/ui/qr.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/mfa.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

// From a pipe, or typed; never an argument.
base::Result<crypto::SecretBytes> ask_code(Env& env) {
  if (::isatty(STDIN_FILENO) != 0) {
    TRY(std::string typed, env.terminal.read_line("One-time code: "));
    crypto::SecretBytes code{base::as_bytes(typed)};
    crypto::wipe({reinterpret_cast<std::uint8_t*>(typed.data()), typed.size()});
    return code;
  }
  auto line = passphrase_from_file("-");
  if (line) return line;
  return base::Error{base::Code::kLocked, "there is no one-time code on standard input",
                     "write it there, or run this on a terminal"};
}

base::Result<void> verify(Opened& opened, Env& env) {
  TRY(const crypto::SecretBytes code, ask_code(env));
  flow::Context context = context_of(env);
  TRY(const base::Time until, flow::mfa_verify(opened.installation, code.expose_text(), context));
  if (env.out.json()) {
    return env.out.document({{"type", "mfa-verified"}, {"until", text::format_time(until)}});
  }
  return env.out.line(
      fmt::format("Good until {}, as long as this device is in use.", text::format_time(until)));
}

struct EnrolOptions {
  bool qr = false;
};

base::Result<void> check_shown_to_a_person(const Env& env) {
  if (env.out.json() || !env.terminal.out_is_terminal() || ::isatty(STDIN_FILENO) == 0) {
    return base::Error{base::Code::kLocked, "the secret is shown on a terminal and nowhere else",
                       "run this on a terminal, without --json"};
  }
  return {};
}

base::Result<void> show(const EnrolOptions& options, const flow::MfaSecret& secret, Env& env) {
  if (options.qr) {
    TRY(const std::string picture, ui::qr_picture(secret.uri.expose_text()));
    TRY(env.out.raw(picture));
  }
  TRY(
      env.out.block(fmt::format("Into your authenticator app:\n  {}\nor by hand:\n  {}\n\n"
                                "Each of these opens once when the app is lost. Write them down "
                                "now; they are not shown again:",
                                secret.uri.expose_text(), secret.secret.expose_text())));
  for (const crypto::SecretBytes& code : secret.recovery) {
    TRY(env.out.line(fmt::format("  {}", code.expose_text())));
  }
  return env.out.block("\nThe first code of the app completes this.\n");
}

base::Result<void> run_enrol(const EnrolOptions& options, Env& env) {
  TRY(check_shown_to_a_person(env));
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::MfaSecret secret, flow::mfa_enrol(opened.installation, context));
  TRY(show(options, secret, env));
  return verify(opened, env);
}

struct NoOptions {};

base::Result<void> run_verify(const NoOptions&, Env& env) {
  TRY(Opened opened, open_installation(env));
  return verify(opened, env);
}

base::Result<void> run_status(const NoOptions&, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::MfaState state, flow::mfa_state(opened.installation, context));
  if (env.out.json()) {
    text::OrderedJson document{
        {"type", "mfa-status"}, {"required", state.required}, {"enrolled", state.enrolled}};
    if (state.proven_until) document["until"] = text::format_time(*state.proven_until);
    if (state.paused_until) document["paused_until"] = text::format_time(*state.paused_until);
    if (state.enrolled) document["recovery_codes"] = state.recovery_codes;
    return env.out.document(document);
  }
  return env.out.fields(
      {{"required", state.required ? "yes" : "no"},
       {"enrolled", state.enrolled ? "yes" : "no"},
       {"good until", ui::time_or_nothing(state.proven_until)},
       {"paused until", ui::time_or_nothing(state.paused_until)},
       {"recovery codes", state.enrolled ? fmt::format("{}", state.recovery_codes) : ""}});
}

struct ResetOptions {
  std::string user;
};

base::Result<void> run_reset(const ResetOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(flow::mfa_reset(opened.installation, options.user, context));
  if (env.out.json()) return env.out.document({{"type", "mfa-reset"}, {"user", options.user}});
  return env.out.line(fmt::format("{} has no one-time codes any more.", options.user));
}

}  // namespace

void add_mfa(CLI::App& app, Env& env) {
  CLI::App& mfa = add_group(app, "mfa", "One-time codes, where the policy asks for them");
  auto [enrol, enrol_options] =
      add_verb<EnrolOptions>(mfa, env, "enrol", "Get a secret for an authenticator app", run_enrol);
  enrol.add_flag("--qr", enrol_options.qr, "Also as a picture for a camera");
  add_verb<NoOptions>(mfa, env, "verify", "Bring the code of now, or a recovery code", run_verify);
  add_verb<NoOptions>(mfa, env, "status", "Say whether a code is needed, and until when not",
                      run_status);
  auto [reset, reset_options] =
      add_verb<ResetOptions>(mfa, env, "reset", "Take a member's codes back", run_reset);
  reset.add_option("MEMBER", reset_options.user, "User id, like dr.lee")->required();
}

}  // namespace sealpost::cmd
