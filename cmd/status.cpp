// sealpost status
#include "cmd/session.hpp"
#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"
#include "flow/installation.hpp"
#include "flow/outbox.hpp"
#include "flow/register_keys.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {};

struct Status {
  config::Profile profile;
  std::optional<agent::State> agent;  // nothing when locked
  std::string organisation;           // empty when not known, because locked
  std::string device;
  std::string relay;
  std::optional<std::uint64_t> outbox;  // how many messages wait in it
  std::optional<bool> waits;            // for a key of the register
};

// Looks through the agent, without prolonging what it keeps. What cannot be read is not known.
void identify(Env& env, const agent::Address& address, Status& status) {
  auto kept = agent::peek_key(address);
  if (!kept) return;
  auto key = vault::VaultKey::from(kept->expose());
  auto vault = vault::Vault::open_with_key(status.profile.vault(), *std::move(key), env.random);
  if (!vault) return;
  const auto installation = flow::Installation::load(*vault);
  if (!installation) return;
  status.organisation = installation->name().organisation;
  status.device = installation->name().str();
  status.relay = installation->profile().url;
  const auto outbox = flow::count_outbox(*vault);
  if (outbox) status.outbox = *outbox;
  const auto waits = flow::waits_for_register(*installation, env.clock.now());
  if (waits) status.waits = *waits;
}

base::milliseconds left(const agent::State& state) {
  return state.total_left ? std::min(state.idle_left, *state.total_left) : state.idle_left;
}

base::Result<void> print_json(const Env& env, const Status& status) {
  text::OrderedJson document{
      {"type", "status"}, {"profile", status.profile.name}, {"locked", !status.agent}};
  if (status.agent) document["remaining"] = left(*status.agent).count() / 1000;
  if (!status.organisation.empty()) document["organisation"] = status.organisation;
  if (!status.device.empty()) document["device"] = status.device;
  if (!status.relay.empty()) document["relay"] = status.relay;
  if (status.outbox) document["outbox"] = *status.outbox;
  if (status.waits) document["waits_for_register"] = *status.waits;
  document["folder"] = status.profile.folder.string();
  return env.out.document(document);
}

base::Result<void> print_text(const Env& env, const Status& status) {
  std::string vault = "locked";
  if (status.agent) vault = "unlocked, " + ui::human_span(left(*status.agent)) + " left";
  std::string outbox;
  if (status.outbox.value_or(0) != 0) outbox = std::to_string(*status.outbox) + " not confirmed";
  return env.out.fields({{"profile", status.profile.name},
                         {"organisation", status.organisation},
                         {"device", status.device},
                         {"relay", status.relay},
                         {"vault", vault},
                         {"outbox", outbox},
                         {"register", status.waits.value_or(false) ? "waits for its key" : ""},
                         {"folder", status.profile.folder.string()}});
}

base::Result<void> run_status(const Options&, Env& env) {
  TRY(config::Profile profile, choose_profile(env));
  const agent::Address address = agent_address(env, profile);
  Status status{std::move(profile), std::nullopt, "", "", "", std::nullopt, std::nullopt};
  const auto state = agent::ask_state(address);
  if (state) {
    status.agent = *state;
    identify(env, address, status);
  } else if (state.error().code != base::Code::kLocked) {
    env.out.warn("agent: " + state.error().text);
  }
  return env.out.json() ? print_json(env, status) : print_text(env, status);
}

}  // namespace

void add_status(CLI::App& app, Env& env) {
  add_verb<Options>(app, env, "status", "Say who this is and whether the vault is open",
                    run_status);
}

}  // namespace sealpost::cmd
