// sealpost key: the keys of this device. One file per verb.
#include "cmd/key.hpp"

#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {

void add_key(CLI::App& app, Env& env) {
  CLI::App& key = add_group(app, "key", "The keys of this device");
  add_key_show(key, env);
  add_key_fingerprint(key, env);
  add_key_rotate(key, env);
  add_key_passphrase(key, env);
  add_key_backup(key, env);
  add_key_restore(key, env);
}

}  // namespace sealpost::cmd
