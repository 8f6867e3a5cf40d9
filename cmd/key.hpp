// The verbs of `key`, each in a file of its own, cmd/key_<verb>.cpp.
#pragma once

namespace CLI {
class App;
}

namespace sealpost::cmd {

struct Env;

void add_key_show(CLI::App& key, Env& env);
void add_key_fingerprint(CLI::App& key, Env& env);
void add_key_rotate(CLI::App& key, Env& env);
void add_key_passphrase(CLI::App& key, Env& env);
void add_key_backup(CLI::App& key, Env& env);
void add_key_restore(CLI::App& key, Env& env);

}  // namespace sealpost::cmd
