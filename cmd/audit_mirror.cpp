// sealpost audit mirror: a verified copy of the log, to be read without the relay.
#include "cmd/audit.hpp"

#include <fmt/format.h>

#include <memory>

#include "base/encoding.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/ui/progress.hpp"
#include "cmd/verb.hpp"
#include "cmd/while_unlocked.hpp"
#include "flow/mirror.hpp"

namespace sealpost::cmd {
namespace {

struct MirrorOptions {
  std::string folder;
  bool follow = false;
};

// One line for each phase.
class Watch {
 public:
  explicit Watch(Env& env) : env_(env) {}
  void see(const flow::MirrorProgress& progress) {
    if (!shown_ || progress.phase != phase_) {
      const bool checking = progress.phase == flow::MirrorProgress::Phase::kChecking;
      shown_.reset();  // clears its line before the next one begins
      shown_ = std::make_unique<ui::Progress>(env_, checking ? "checking the mirror" : "mirroring",
                                              progress.total, "events");
      phase_ = progress.phase;
    }
    shown_->update(progress.done, progress.taken_up);
  }
  void end() { shown_.reset(); }

 private:
  Env& env_;
  flow::MirrorProgress::Phase phase_{};
  std::unique_ptr<ui::Progress> shown_;
};

base::Result<void> print(const MirrorOptions& options, const flow::MirrorUpdate& update, Env& env) {
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

class Follower final : public flow::MirrorFollower {
 public:
  Follower(const MirrorOptions& options, Watch& watch, Env& env)
      : options_(options), watch_(watch), env_(env) {}
  base::Result<void> updated(const flow::MirrorUpdate& update) override {
    watch_.end();
    return print(options_, update, env_);
  }
  base::Result<void> away(const base::Error& why) override {
    watch_.end();
    env_.out.warn("the relay is away, trying again: " + why.text);
    return {};
  }
  base::Result<void> back() override {
    env_.out.note("the relay is back");
    return {};
  }

 private:
  const MirrorOptions& options_;
  Watch& watch_;
  Env& env_;
};

base::Result<void> run_follow(const MirrorOptions& options, Env& env) {
  TRY(OpenedQuietly quietly, open_installation_quietly(env));
  const WhileUnlocked unlocked(env, quietly);
  flow::Context context{env.clock, env.random, unlocked};
  Watch watch(env);
  Follower follower(options, watch, env);
  const auto ended = flow::follow_mirror(
      quietly.opened.installation, options.folder, context,
      [&watch](const flow::MirrorProgress& progress) { watch.see(progress); }, follower);
  watch.end();
  return ended ? ended : unlocked.why(ended.error());
}

base::Result<void> run_mirror(const MirrorOptions& options, Env& env) {
  if (options.follow) return run_follow(options, env);
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  Watch watch(env);
  TRY(const flow::MirrorUpdate update,
      flow::update_mirror(opened.installation, options.folder, context,
                          [&watch](const flow::MirrorProgress& progress) { watch.see(progress); }));
  watch.end();
  return print(options, update, env);
}

}  // namespace

void add_audit_mirror(CLI::App& audit, Env& env) {
  auto [verb, options] = add_verb<MirrorOptions>(
      audit, env, "mirror", "Copy the log into a folder and verify it", run_mirror);
  never_empty(verb.add_option("DIR", options.folder, "Folder of the mirror"))->required();
  verb.add_flag("--follow", options.follow, "Stay, and copy what comes until interrupted");
}

}  // namespace sealpost::cmd
