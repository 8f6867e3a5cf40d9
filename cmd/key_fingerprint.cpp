// sealpost key fingerprint: keys as two people compare them by voice.
#include <fmt/format.h>

#include "cmd/key.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "trust/fingerprint.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string member;
};

// The root first, then every device of the user in good standing.
base::Result<std::vector<note::Verifier>> keys_of(const trust::Chain& chain,
                                                  const std::string& user, base::Time now) {
  std::vector<note::Verifier> keys{chain.root()};
  for (const trust::Device* device : chain.devices_of(user)) {
    const bool stands = !device->revoked && device->certificate.expires > now;
    if (stands) keys.push_back(device->certificate.key);
  }
  if (keys.size() > 1) return keys;
  return base::Error{base::Code::kNotFound, fmt::format("{} has no device in good standing", user),
                     "`sealpost member list` names everybody"};
}

base::Result<void> run_fingerprint(const Options& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  TRY(catch_up(opened, env));
  const flow::Installation& installation = opened.installation;
  const std::string user = options.member.empty() ? installation.profile().user : options.member;
  TRY(const auto keys, keys_of(installation.chain(), user, env.clock.now()));
  std::vector<ui::Row> rows;
  for (const note::Verifier& key : keys) {
    if (env.out.json()) {
      TRY(env.out.document({{"type", "key-fingerprint"},
                            {"name", key.name()},
                            {"key", key.vkey()},
                            {"fingerprint", trust::fingerprint(key)}}));
    }
    rows.push_back({key.name(), trust::fingerprint(key)});
  }
  if (env.out.json()) return {};
  return env.out.table({"KEY OF", "FINGERPRINT"}, rows);
}

}  // namespace

void add_key_fingerprint(CLI::App& key, Env& env) {
  auto [verb, options] = add_verb<Options>(
      key, env, "fingerprint", "Print keys so that two people can compare them", run_fingerprint);
  verb.add_option("MEMBER", options.member, "User id (default: yourself)");
}

}  // namespace sealpost::cmd
