// sealpost key rotate: a new signing key for this device, certified by the old one, and new
// prekeys.
#include <fmt/format.h>

#include "cmd/key.hpp"
#include "cmd/opened.hpp"
#include "cmd/ui/confirm.hpp"
#include "cmd/verb.hpp"
#include "flow/rotation.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

struct Options {};

base::Result<void> run_rotate(const Options&, Env& env) {
  TRY(Opened opened, open_installation(env));
  const std::string name = opened.installation.name().str();
  TRY(ui::confirm(env.terminal, env.globals,
                  fmt::format("Give {} a new key, and forget the old one?", name)));
  flow::Context context = context_of(env);
  TRY(const flow::Rotated rotated, flow::rotate_key(opened.installation, context));
  if (env.out.json()) {
    return env.out.document({{"type", "key-rotated"},
                             {"device", name},
                             {"key", rotated.key.vkey()},
                             {"certificate", rotated.number},
                             {"expires", text::format_time(rotated.expires)}});
  }
  return env.out.fields({{"device", name},
                         {"key", rotated.key.vkey()},
                         {"certificate", fmt::format("number {}, until {}", rotated.number,
                                                     text::format_time(rotated.expires))}});
}

}  // namespace

void add_key_rotate(CLI::App& key, Env& env) {
  add_verb<Options>(key, env, "rotate", "Change this device's signing key and prekeys", run_rotate);
}

}  // namespace sealpost::cmd
