// sealpost doctor: what is weak here, or about to break.
#include "flow/doctor.hpp"
#include "flow/journal.hpp"

#include <fmt/format.h>

#include "cmd/notices.hpp"
#include "cmd/notifying.hpp"
#include "cmd/opened.hpp"
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/link_notices.hpp"
#include "portal/portal.hpp"

namespace sealpost::cmd {
namespace {

struct Options {};

// Prints findings as they come, and keeps count of the bad ones.
class Report {
 public:
  explicit Report(Env& env) : env_(env) {}

  base::Result<void> add(const flow::Findings& findings) {
    for (const flow::Finding& finding : findings) TRY(add(finding));
    return {};
  }
  // kPartial when there was something to mend.
  base::Result<void> verdict() const {
    if (bad_.empty()) return {};
    return base::Error{base::Code::kPartial, fmt::format("to be mended: {}", bad_), ""};
  }

 private:
  base::Result<void> add(const flow::Finding& finding) {
    if (finding.health >= flow::Health::kWeak && !bad_.ends_with(finding.check)) {
      bad_ += (bad_.empty() ? "" : ", ") + finding.check;
    }
    if (env_.out.json()) {
      text::OrderedJson document{{"type", "finding"},
                                 {"check", finding.check},
                                 {"health", flow::health_name(finding.health)},
                                 {"text", finding.text}};
      if (!finding.hint.empty()) document["hint"] = finding.hint;
      return env_.out.document(document);
    }
    TRY(env_.out.line(fmt::format("{:<6}  {:<11}  {}", flow::health_name(finding.health),
                                  finding.check, finding.text)));
    if (finding.hint.empty()) return {};
    return env_.out.line(fmt::format("{:21}{}", "", finding.hint));
  }

  Env& env_;
  std::string bad_;
};

base::Result<flow::Belongings> belongings_of(const Env& env, const config::Profile& profile) {
  TRY(const config::Locations locations, config::locate(env.variable));
  const auto passphrase = env.config.find(profile.name, "passphrase-file");
  return flow::Belongings{
      profile.folder, profile.vault(), locations.config_file, agent_address(env, profile).folder,
      passphrase ? std::filesystem::path(passphrase->text) : std::filesystem::path()};
}

base::Result<flow::Pages> built_pages(const flow::Installation& installation) {
  TRY(const std::string exported, portal::page_for(installation.profile().url));
  return flow::Pages{crypto::sha256(base::as_bytes(portal::own_page())),
                     crypto::sha256(base::as_bytes(exported))};
}

// A relay that cannot be met is a finding already.
base::Result<void> examine_page(const flow::Installation& installation,
                                const flow::Findings& at_relay, Env& env, Report& report) {
  for (const flow::Finding& finding : at_relay) {
    if (finding.check == "relay" && finding.health != flow::Health::kGood) return {};
  }
  TRY(const flow::Pages built, built_pages(installation));
  flow::Context context = context_of(env);
  TRY(flow::Finding finding, flow::examine_page(installation, built, context));
  return report.add(flow::Findings{std::move(finding)});
}

// Where notices are configured, whether they could be sent; none is.
base::Result<void> examine_notices(const flow::Installation& installation,
                                   const std::string& profile, const Env& env, Report& report) {
  const auto notifier = make_notifier(env, profile, installation);
  if (!notifier) {
    return report.add(
        flow::Findings{{"notices", flow::Health::kBroken, notifier.error().text,
                        notifier.error().hint.empty() ? "see sealpost-config(5), NOTICES"
                                                      : notifier.error().hint}});
  }
  const std::vector<std::string> channels = flow::channels_of(*notifier);
  if (channels.empty()) return {};
  return report.add(
      flow::Findings{{"notices", flow::Health::kGood,
                      fmt::format("contacts are told by {}", fmt::join(channels, " and ")), ""}});
}

base::Result<void> run_doctor(const Options&, Env& env) {
  TRY(const config::Profile profile, choose_profile(env));
  Report report(env);
  TRY(const flow::Belongings belongings, belongings_of(env, profile));
  TRY(report.add(flow::examine_files(belongings)));
  // Not as other verbs: a passphrase that is too old is a finding here, and no reason to refuse.
  TRY(OpenVault open, open_vault(env, profile));
  TRY(flow::Installation installation, flow::Installation::load(open.vault));
  if (!open.by_agent) TRY(flow::note_opening(installation, profile.folder, env.clock.now()));
  const Announcer announcer(env, open.vault);
  flow::Context context = context_of(env);
  TRY(const flow::Findings at_relay, flow::examine_relay(installation, context));
  TRY(report.add(at_relay));
  TRY(examine_page(installation, at_relay, env, report));
  TRY(examine_notices(installation, profile.name, env, report));
  TRY(const flow::Findings here, flow::examine_device(installation, env.clock.now()));
  TRY(report.add(here));
  return report.verdict();
}

}  // namespace

void add_doctor(CLI::App& app, Env& env) {
  add_verb<Options>(app, env, "doctor", "Say what is weak here, or about to break", run_doctor);
}

}  // namespace sealpost::cmd
