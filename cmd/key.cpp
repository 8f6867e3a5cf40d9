// sealpost key: this device's keys. One file for each verb, key_*.cpp.
#include "cmd/key.hpp"

#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {

void add_key(CLI::App& app, Env& env) {
  CLI::App& key = add_group(app, "key", "This device's keys");
  add_key_rotate(key, env);
}

}  // namespace sealpost::cmd
