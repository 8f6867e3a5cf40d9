#include "cmd/opened.hpp"

#include <unistd.h>

#include <array>

#include "base/file.hpp"
#include "cmd/session.hpp"
#include "trust/name.hpp"

namespace sealpost::cmd {
namespace {

void discard(const config::Profile& profile) {
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm"}) {
    std::filesystem::path file = profile.vault();
    file += ending;
    std::filesystem::remove(file, ignored);
  }
  std::filesystem::remove(profile.folder, ignored);  // only when nothing else is in it
}

bool worth_repeating(base::Code code) {
  return code == base::Code::kUnreachable || code == base::Code::kBusy ||
         code == base::Code::kInterrupted || code == base::Code::kTimeout;
}

}  // namespace

base::Result<Opened> open_installation(Env& env) {
  TRY(config::Profile profile, choose_profile(env));
  TRY(vault::Vault vault, open_vault(env, profile));
  auto owned = std::make_unique<vault::Vault>(std::move(vault));
  auto installation = flow::Installation::load(*owned);
  if (!installation) return base::with_context(std::move(installation).error(), profile.name);
  return Opened{std::move(profile), std::move(owned), *std::move(installation)};
}

base::Result<void> create_vault(Env& env, const config::Profile& profile,
                                const std::function<base::Result<void>(vault::Vault&)>& fill) {
  TRY(const crypto::SecretBytes passphrase,
      new_passphrase(env, "Passphrase for the new profile " + profile.name));
  TRY(base::make_private_folder(profile.folder));
  auto filled = [&]() -> base::Result<void> {
    TRY(vault::Vault vault,
        vault::Vault::create(profile.vault(), passphrase.expose(), {}, env.random));
    return fill(vault);
  }();
  if (!filled && !worth_repeating(filled.error().code)) discard(profile);
  return filled;
}

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
