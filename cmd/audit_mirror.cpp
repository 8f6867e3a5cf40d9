// sealpost audit mirror: a verified copy of the log, to be read without the relay.
#include "cmd/audit_mirror.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "flow/mirror.hpp"

namespace sealpost::cmd {
namespace {

struct MirrorOptions {
  std::string folder;
};

base::Result<void> run_mirror(const MirrorOptions& options, Env& env) {
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  TRY(const flow::MirrorUpdate update,
      flow::update_mirror(opened.installation, options.folder, context,
                          [](std::uint64_t, std::uint64_t) {}));
  const std::string root = base::to_hex(update.checkpoint.root);
  if (env.out.json()) {
    return env.out.document({{"type", "audit-mirror"},
                             {"folder", options.folder},
                             {"size", update.checkpoint.size},
                             {"root", root},
                             {"added", update.added},
                             {"trust_entries", update.trust_entries}});
  }
  return env.out.line(fmt::format("{}: {} events, {} of them new, root {}", options.folder,
                                  update.checkpoint.size, update.added, root));
}

}  // namespace

void add_audit_mirror(CLI::App& audit, Env& env) {
  auto [verb, options] = add_verb<MirrorOptions>(
      audit, env, "mirror", "Copy the log into a folder and verify it", run_mirror);
  never_empty(verb.add_option("DIR", options.folder, "Folder of the mirror"))->required();
}

}  // namespace sealpost::cmd
