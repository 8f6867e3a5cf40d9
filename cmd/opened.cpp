#include "cmd/opened.hpp"

#include <unistd.h>

#include <array>

#include "base/file.hpp"
#include "cmd/policy_limits.hpp"
#include "cmd/session.hpp"
#include "flow/journal.hpp"
#include "flow/passphrase.hpp"
#include "flow/sync.hpp"
#include "trust/name.hpp"

namespace sealpost::cmd {
namespace {

void discard(const config::Profile& profile) {
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm", "-lock"}) {
    std::filesystem::path file = profile.vault();
    file += ending;
    std::filesystem::remove(file, ignored);
  }
  std::filesystem::remove(profile.folder, ignored);  // only when nothing else is in it
}

base::Result<Opened> load(Env& env, config::Profile profile, OpenVault open) {
  auto owned = std::make_unique<vault::Vault>(std::move(open.vault));
  auto installation = flow::Installation::load(*owned);
  if (!installation) return base::with_context(std::move(installation).error(), profile.name);
  if (!open.by_agent) TRY(flow::note_opening(*installation, profile.folder, env.clock.now()));
  TRY(obey_policy(env, profile, *installation));
  auto announcer = std::make_unique<Announcer>(env, *owned);
  return Opened{std::move(profile), std::move(owned), *std::move(installation),
                std::move(announcer)};
}

}  // namespace

base::Result<Opened> open_installation(Env& env) {
  TRY(config::Profile profile, choose_profile(env));
  TRY(OpenVault open, open_vault(env, profile));
  return load(env, std::move(profile), std::move(open));
}

base::Result<OpenedQuietly> open_installation_quietly(Env& env) {
  TRY(config::Profile profile, choose_profile(env));
  TRY(OpenVault open, open_vault_quietly(env, profile));
  const bool by_agent = open.by_agent;
  TRY(Opened opened, load(env, std::move(profile), std::move(open)));
  return OpenedQuietly{std::move(opened), by_agent};
}

base::Result<void> catch_up(Opened& opened, Env& env) {
  flow::Context context = context_of(env);
  auto relay = flow::connect(opened.installation, context);
  auto fresh =
      relay ? flow::sync_trust(opened.installation, *relay) : base::Result<void>(relay.error());
  if (!fresh && fresh.error().code == base::Code::kVerificationFailed) return fresh;
  if (!fresh) env.out.warn("this may be old: " + fresh.error().text);
  return {};
}

base::Result<void> create_vault(Env& env, const config::Profile& profile,
                                const vault::Tuning& tuning, const Fill& fill, const Keep& keep) {
  TRY(const crypto::SecretBytes passphrase, new_passphrase(env, profile));
  TRY(base::make_private_folder(profile.folder));
  TRY(vault::Vault vault,
      vault::Vault::create(profile.vault(), passphrase.expose(), tuning, env.random));
  auto filled = flow::remember_passphrase(vault, env.clock.now());
  if (filled) filled = fill(vault);
  if (filled) return {};
  const auto kept = keep(vault);
  if (kept && !*kept) discard(profile);
  return filled;
}

base::Result<bool> nothing_elsewhere(const vault::Vault&) { return false; }

std::string default_device() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) return "main";
  std::string name;
  for (char c : std::string_view(host.data())) {
    if (c == '.') break;
    name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return trust::is_device(name) ? name : "main";
}

}  // namespace sealpost::cmd
