// sealpost audit witness: cosigns a log's checkpoints, of a mirror once or for logs that ask.
#include <fmt/format.h>

#include <mutex>

#include "base/encoding.hpp"
#include "cmd/audit.hpp"
#include "cmd/copy_root.hpp"
#include "cmd/never_empty.hpp"
#include "cmd/opened.hpp"
#include "cmd/verb.hpp"
#include "flow/witnessing.hpp"

namespace sealpost::cmd {
namespace {

constexpr base::milliseconds kUntilAsked{1000};

struct Options {
  std::string folder;
  std::string root;
  std::vector<std::string> logs;
  std::string name;
  std::string serve;
};

// A mirror's root, unless it answers nothing but logs that are named.
base::Result<flow::WitnessedLogs> logs_of(const Options& options, Env& env) {
  flow::WitnessedLogs logs;
  if (!options.root.empty() || options.logs.empty() || options.serve.empty()) {
    TRY(CopyRoot whose, root_of_copy(options.root, env));
    logs.root = std::move(whose.root);
  }
  for (const std::string& vkey : options.logs) {
    TRY(note::Verifier log, note::Verifier::parse(vkey));
    logs.keys.push_back(std::move(log));
  }
  return logs;
}

// One line for each request; requests come from another thread.
class Listener {
 public:
  explicit Listener(Env& env) : env_(env) {}
  void hear(const witness::Notice& notice) {
    const std::lock_guard lock(mutex_);
    if (notice.alarm) env_.out.warn(fmt::format("{}: {}", about(notice), notice.what));
    const auto told = env_.out.json() ? json(notice) : words(notice);
    failed_ = failed_ || !told;
  }
  base::Result<void> ready(const std::string& url, const flow::Witnessing& witness) {
    const std::lock_guard lock(mutex_);
    if (env_.out.json()) {
      return env_.out.document(
          {{"type", "witness-ready"}, {"url", url}, {"witness", witness.vkey()}});
    }
    return env_.out.line(fmt::format("ready: {} as {}", url, witness.vkey()));
  }
  bool failed() {
    const std::lock_guard lock(mutex_);
    return failed_;
  }

 private:
  static std::string about(const witness::Notice& notice) {
    if (notice.checkpoint.origin.empty()) return "a request";
    return fmt::format("{} at {}", notice.checkpoint.origin, notice.checkpoint.size);
  }
  base::Result<void> json(const witness::Notice& notice) {
    return env_.out.document({{"type", "witness-notice"},
                              {"status", notice.status},
                              {"origin", notice.checkpoint.origin},
                              {"size", notice.checkpoint.size},
                              {"root", base::to_hex(notice.checkpoint.root)},
                              {"what", notice.what},
                              {"alarm", notice.alarm}});
  }
  base::Result<void> words(const witness::Notice& notice) {
    if (notice.alarm) return {};
    return env_.out.line(fmt::format("{} {}: {}", notice.status, about(notice), notice.what));
  }

  Env& env_;
  std::mutex mutex_;
  bool failed_ = false;
};

base::Result<void> serve(const Options& options, flow::Witnessing& witness, Listener& listener,
                         Env& env) {
  TRY(const std::string url, witness.serve(options.serve));
  TRY(listener.ready(url, witness));
  while (!env.interrupt.requested() && !listener.failed()) env.clock.sleep(kUntilAsked);
  return {};
}

base::Result<void> cosign(flow::Witnessing& witness, Env& env) {
  TRY(const witness::Witness::Cosigned cosigned, witness.cosign_mirror());
  const merkle::Checkpoint& tree = cosigned.checkpoint;
  if (env.out.json()) {
    return env.out.document({{"type", "audit-cosignature"},
                             {"witness", witness.vkey()},
                             {"new_key", witness.is_new()},
                             {"origin", tree.origin},
                             {"size", tree.size},
                             {"root", base::to_hex(tree.root)},
                             {"cosignature", cosigned.line}});
  }
  TRY(env.out.line(fmt::format("cosigned: {} at {} events, root {}", tree.origin, tree.size,
                               base::to_hex(tree.root))));
  return env.out.fields({{"witness", witness.vkey()}});
}

base::Result<void> run_witness(const Options& options, Env& env) {
  TRY(const flow::WitnessedLogs logs, logs_of(options, env));
  flow::Context context = context_of(env);
  Listener listener(env);
  flow::WitnessName name{{}, default_device() + ".witness"};
  if (!options.name.empty()) name.wanted = options.name;
  TRY(const auto witness,
      flow::Witnessing::open(options.folder, logs, name, context,
                             [&listener](const auto& notice) { listener.hear(notice); }));
  if (witness->is_new()) {
    env.out.note("This witness has a new key: " + witness->vkey());
  }
  return options.serve.empty() ? cosign(*witness, env) : serve(options, *witness, listener, env);
}

}  // namespace

void add_audit_witness(CLI::App& audit, Env& env) {
  auto [verb, options] = add_verb<Options>(
      audit, env, "witness", "Cosign the checkpoints of a log that continues", run_witness);
  never_empty(verb.add_option("DIR", options.folder, "A mirror, or a folder of the witness's own"))
      ->required();
  never_empty(verb.add_option("--root", options.root, "Root key of the organisation mirrored"))
      ->type_name("VKEY");
  never_empty(add_repeatable(verb, "--log", options.logs, "Also the log of this key"))
      ->type_name("VKEY");
  never_empty(
      verb.add_option("--name", options.name, "Name of the witness's key, when it is made"));
  never_empty(verb.add_option("--serve", options.serve, "Answer logs at this address of loopback"))
      ->type_name("ADDRESS");
}

}  // namespace sealpost::cmd
