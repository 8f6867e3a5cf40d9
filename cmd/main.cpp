// sealpost: a table of verbs and a loop. The only place that knows exit statuses, and where
// exceptions end.
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <new>
#include <string_view>
#include <vector>

#include "cmd/command_line.hpp"
#include "cmd/env.hpp"
#include "cmd/orders.hpp"
#include "cmd/settings.hpp"
#include "cmd/ui/clock.hpp"
#include "cmd/ui/failure.hpp"
#include "cmd/ui/terminal.hpp"
#include "cmd/verbs.hpp"
#include "crypto/random.hpp"

namespace sealpost::cmd {
namespace {

struct Entry {
  const char* name;
  const char* group;
  void (*add)(CLI::App&, Env&);
  bool configured = true;     // false: works also beside a broken configuration file
  bool tells_of_all = false;  // true: prints of other verbs' options, too
};

// As sealpost(1) lists them.
constexpr const char* kSettingUp = "Setting up";
constexpr const char* kEveryDay = "Every day";
constexpr const char* kRecords = "Records";
constexpr const char* kAuditing = "Auditing";
constexpr const char* kKeys = "Keys";
constexpr const char* kDeveloping = "Developing";
constexpr const char* kHelping = "Helping";

constexpr std::array kVerbs{
    Entry{"setup", kSettingUp, add_setup},
    Entry{"org", kSettingUp, add_org},
    Entry{"relay", kSettingUp, add_relay},
    Entry{"member", kSettingUp, add_member},
    Entry{"join", kSettingUp, add_join},
    Entry{"policy", kSettingUp, add_policy},
    Entry{"device", kSettingUp, add_device},
    Entry{"send", kEveryDay, add_send},
    Entry{"sent", kEveryDay, add_sent},
    Entry{"outbox", kEveryDay, add_outbox},
    Entry{"inbox", kEveryDay, add_inbox},
    Entry{"read", kEveryDay, add_read},
    Entry{"receipt", kEveryDay, add_receipt},
    Entry{"recall", kEveryDay, add_recall},
    Entry{"bulk", kEveryDay, add_bulk},
    Entry{"watch", kEveryDay, add_watch},
    Entry{"contact", kRecords, add_contact},
    Entry{"consent", kRecords, add_consent},
    Entry{"agreement", kRecords, add_agreement},
    Entry{"group", kRecords, add_group_verb},
    Entry{"unlock", kKeys, add_unlock},
    Entry{"lock", kKeys, add_lock},
    Entry{"status", kKeys, add_status},
    Entry{"key", kKeys, add_key},
    Entry{"message", kKeys, add_message},
    Entry{"mfa", kKeys, add_mfa},
    Entry{"audit", kAuditing, add_audit},
    Entry{"keygen", kDeveloping, add_keygen},
    Entry{"encrypt", kDeveloping, add_encrypt},
    Entry{"decrypt", kDeveloping, add_decrypt},
    Entry{"inspect", kDeveloping, add_inspect},
    Entry{"sandbox", kDeveloping, add_sandbox},
    Entry{"doctor", kHelping, add_doctor},
    Entry{"profile", kHelping, add_profile},
    Entry{"config", kHelping, add_config, true, true},
    Entry{"notify", kHelping, add_notify},
    Entry{"completion", kHelping, add_completion, false, true},
    Entry{"version", kHelping, add_version, false},
};

// sealpost(1), EXIT STATUS.
int exit_status(base::Code code) {
  switch (code) {
    case base::Code::kUsage:
    case base::Code::kMalformed:
      return 2;
    case base::Code::kNotFound:
      return 3;
    case base::Code::kLocked:
    case base::Code::kWrongPassphrase:
    case base::Code::kMfaRequired:
      return 4;
    case base::Code::kRevoked:
    case base::Code::kDenied:
      return 5;
    case base::Code::kNoConsent:
      return 6;
    case base::Code::kVerificationFailed:
    case base::Code::kKeyReplaced:
      return 7;
    case base::Code::kPartial:
      return 8;
    case base::Code::kConflict:
      return 9;
    case base::Code::kNoSpace:
      return 10;
    case base::Code::kTimeout:
      return 11;
    case base::Code::kBusy:
    case base::Code::kUnreachable:
      return 75;
    case base::Code::kInterrupted:
      return 130;
    case base::Code::kInternal:
      return 1;
  }
  return 1;
}

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

// A descriptor that was closed by the caller must not become a file that we open. What takes its
// place can be used in the wrong direction only: a missing standard input is no empty one, and what
// is written to a missing standard output is not written.
void occupy_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    const int placed = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (placed > fd) ::close(placed);
  }
}

void declare(CLI::App& app, Env& env, const Entry& entry) {
  entry.add(app, env);
  app.get_subcommand(entry.name)->group(entry.group);
}

void declare_all(CLI::App& app, Env& env) {
  for (const Entry& entry : kVerbs) declare(app, env, entry);
}

// The verb that a command line names first is the only one that it can mean, and to declare all of
// them takes longer than many of them run.
void declare_meant(CLI::App& app, Env& env, int argc, const char* const* argv) {
  const std::string_view first = argc > 1 ? argv[1] : "";
  const auto* const meant =
      std::find_if(kVerbs.begin(), kVerbs.end(), [&](const Entry& e) { return e.name == first; });
  if (meant == kVerbs.end() || meant->tells_of_all) return declare_all(app, env);
  declare(app, env, *meant);
}

std::vector<std::string> keys_of_all(Env& env) {
  CLI::App app;
  Globals unused;
  add_globals(app, unused);
  declare_all(app, env);
  return setting_keys(app);
}

base::Result<void> run(CLI::App& app, Env& env, int argc, const char* const* argv) {
  if (argc < 2) env.terminal.write_err(app.help());
  TRY(const std::optional<std::string> text, parse(app, argc, argv));
  if (text) return env.out.raw(*text);
  const std::string verb = app.get_subcommands().front()->get_name();
  if (std::any_of(kVerbs.begin(), kVerbs.end(),
                  [&](const Entry& entry) { return entry.name == verb && entry.configured; })) {
    TRY(load_settings([&env] { return keys_of_all(env); }, env));
    TRY(apply_settings(app, env));
  }
  return obey_afterwards(env, env.chosen());
}

base::Result<void> run_or_catch(CLI::App& app, Env& env, int argc, const char* const* argv) {
  try {
    return run(app, env, argc, argv);
  } catch (const std::bad_alloc&) {
    return base::Error{base::Code::kInternal, "out of memory", ""};
  } catch (const std::exception& error) {
    return base::Error{base::Code::kInternal, std::string("unexpected: ") + error.what(),
                       "this is a defect of sealpost; please report it"};
  }
}

// Keys and texts of messages lie in this process while it works: a crash leaves no core file of
// them, and other processes of the user cannot look into it.
void forbid_looking_in() { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int start(int argc, const char* const* argv) {
  forbid_looking_in();
  occupy_standard_descriptors();
  const ui::Signals signals;
  ui::SystemClock clock(signals);
  ui::SystemTerminal terminal(signals);
  crypto::SystemRandom random;
  Globals globals;
  ui::Output out(terminal, globals);
  Env env{clock, random, terminal, signals, globals, out, variable, {}, nullptr, 0};

  CLI::App app("Sealed messages and files through a relay you host, with proof", "sealpost");
  add_globals(app, globals);
  declare_meant(app, env, argc, argv);
  name_variables(app);

  const base::Result<void> done = run_or_catch(app, env, argc, argv);
  if (done) return env.exit_status;
  if (done.error().code == base::Code::kInternal && ui::reader_gone(STDOUT_FILENO)) {
    ui::end_by_broken_pipe();
  }
  ui::print_error(terminal, globals.json || wants_json(argc, argv), done.error());
  return exit_status(done.error().code);
}

}  // namespace
}  // namespace sealpost::cmd

int main(int argc, char** argv) {
  try {
    return sealpost::cmd::start(argc, argv);
  } catch (const std::exception&) {  // before there was anybody to tell
    return 1;
  }
}
