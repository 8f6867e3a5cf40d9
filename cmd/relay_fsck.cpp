// sealpost relay fsck: does everything that a stopped relay keeps still hold together?
#include "cmd/relay_fsck.hpp"

#include <fmt/format.h>

#include <memory>

#include "cmd/ui/progress.hpp"
#include "cmd/verb.hpp"
#include "relay/fsck/fsck.hpp"

namespace sealpost::cmd {
namespace {

struct Options {
  std::string dir;
  bool quick = false;
};

base::Result<void> print_damage(const relay::Damage& damage, Env& env) {
  if (env.out.json()) {
    return env.out.document({{"type", "relay-damage"},
                             {"part", damage.part},
                             {"id", damage.id},
                             {"what", damage.what},
                             {"meaning", damage.meaning},
                             {"remedy", damage.remedy}});
  }
  const std::string which = damage.id.empty() ? "" : " " + damage.id;
  return env.out.line(fmt::format("{}{}: {} ({}); {}", damage.part, which, damage.what,
                                  damage.meaning, damage.remedy));
}

base::Result<void> print_examined(const relay::Examined& found, const Options& options, Env& env) {
  if (env.out.json()) {
    return env.out.document({{"type", "relay-fsck"},
                             {"dir", options.dir},
                             {"sound", found.damages == 0},
                             {"damages", found.damages},
                             {"quick", options.quick},
                             {"leaves", found.leaves},
                             {"tiles", found.tiles},
                             {"checkpoint", found.checkpoint},
                             {"trust_entries", found.trust_entries},
                             {"prekeys", found.prekeys},
                             {"messages", found.messages},
                             {"receipts", found.receipts},
                             {"envelopes", found.envelopes},
                             {"payloads", found.payloads},
                             {"attachments", found.blobs},
                             {"register_entries", found.register_entries},
                             {"bytes_hashed", found.blob_bytes},
                             {"left_over", found.left_over}});
  }
  return env.out.line(fmt::format(
      "{}: {} leaves, {} of them under the checkpoint, {} tiles, {} trust entries, {} messages, {} "
      "receipts, {} envelopes, {} attachments ({}), {} entries of the register, {} files left over",
      found.damages == 0 ? "sound" : "damaged", found.leaves, found.checkpoint, found.tiles,
      found.trust_entries, found.messages, found.receipts, found.envelopes, found.blobs,
      options.quick ? "contents not read" : ui::human_size(found.blob_bytes) + " read",
      found.register_entries, found.left_over));
}

// One line of progress for each step.
class Steps {
 public:
  explicit Steps(Env& env) : env_(env) {}
  base::Result<void> passed(std::string_view step, std::uint64_t bytes) {
    if (env_.interrupt.requested()) {
      return base::Error{base::Code::kInterrupted, "the examination was interrupted", ""};
    }
    if (step != name_) {
      line_.reset();  // clears its line before the next one is drawn
      line_ = std::make_unique<ui::Progress>(env_, std::string(step), 0);
      name_ = step;
    }
    line_->update(bytes);
    return {};
  }

 private:
  Env& env_;
  std::string name_;
  std::unique_ptr<ui::Progress> line_;
};

base::Result<relay::Examined> examine(const Options& options, Env& env) {
  Steps steps(env);
  return relay::fsck(
      {options.dir, options.quick,
       [&](const relay::Damage& damage) { return print_damage(damage, env); },
       [&](std::string_view step, std::uint64_t bytes) { return steps.passed(step, bytes); }});
}

base::Result<void> run_fsck(const Options& options, Env& env) {
  TRY(const relay::Examined found, examine(options, env));
  TRY(print_examined(found, options, env));
  if (found.damages == 0) return {};
  return base::Error{
      base::Code::kVerificationFailed,
      fmt::format("{} in the relay's folder",
                  found.damages == 1 ? "one thing is damaged"
                                     : fmt::format("{} things are damaged", found.damages)),
      "keep the folder as it is, restore a backup beside it, and examine that"};
}

}  // namespace

void add_relay_fsck(CLI::App& relay, Env& env) {
  auto [verb, options] = add_verb<Options>(relay, env, "fsck",
                                           "Examine a stopped relay's folder for damage", run_fsck);
  verb.add_option("--dir", options.dir, "The relay's folder")->type_name("DIR")->required();
  verb.add_flag("--quick", options.quick, "Do not read the contents of attachments");
}

}  // namespace sealpost::cmd
