// sealpost org recovery combine: the root key from enough of its shares.
#include <fmt/format.h>

#include <unistd.h>

#include "base/file.hpp"
#include "cmd/invited.hpp"
#include "cmd/opened.hpp"
#include "cmd/org_recovery.hpp"
#include "flow/recovery.hpp"
#include "text/time.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMostFile = 256 << 10;

struct Options {
  std::vector<std::string> files;
  std::string root;
  std::string invite;
};

base::Result<std::vector<trust::RootShare>> read_one(const std::string& name) {
  base::Fd file;
  if (name != "-") {
    TRY(file, base::open_read(name));
  }
  TRY(base::Bytes bytes, base::read_fd(file ? file.get() : STDIN_FILENO, kMostFile));
  auto shares = trust::parse_shares(base::as_text(bytes));
  crypto::wipe(bytes);
  if (!shares && name != "-") return base::with_context(std::move(shares).error(), name);
  return shares;
}

base::Result<std::vector<trust::RootShare>> read_all(const Options& options) {
  std::vector<trust::RootShare> all;
  for (const std::string& name : options.files) {
    TRY(std::vector<trust::RootShare> some, read_one(name));
    for (trust::RootShare& share : some) all.push_back(std::move(share));
  }
  return all;
}

base::Result<void> print(Env& env, const note::Verifier& root, std::size_t used, bool kept) {
  if (env.out.json()) {
    return env.out.document({{"type", "root-combined"},
                             {"organisation", root.name()},
                             {"root", root.vkey()},
                             {"shares", used},
                             {"kept", kept}});
  }
  return env.out.line(fmt::format("{} shares give the root key {}, which is {}", used, root.vkey(),
                                  kept ? "in this vault now" : "right; it is kept nowhere"));
}

// Only a check: nothing is kept, and no vault is needed.
base::Result<void> check_against(const Options& options, Env& env,
                                 const std::vector<trust::RootShare>& shares) {
  if (!options.invite.empty()) {
    return base::Error{base::Code::kUsage, "--root only checks, and --invite needs a vault", ""};
  }
  TRY(const note::Verifier root, note::Verifier::parse(options.root));
  TRY(flow::combine_root(shares, root));
  return print(env, root, shares.size(), false);
}

base::Result<void> invite_owner(const Options& options, Env& env, Opened& opened,
                                const note::Signer& root) {
  flow::Context context = context_of(env);
  TRY(const base::Time expires, text::parse_deadline("7d", env.clock.now()));
  const flow::InviteRequest request{options.invite, trust::Role::kOwner, {}, expires};
  TRY(const flow::Invited invited, flow::invite(opened.installation, request, context, &root));
  return print_invitation(env, request, invited, false,
                          fmt::format("Give this to {} over a channel you trust.", options.invite));
}

base::Result<void> run_combine(const Options& options, Env& env) {
  TRY(const std::vector<trust::RootShare> shares, read_all(options));
  TRY(trust::check_set(shares));
  if (!options.root.empty()) return check_against(options, env, shares);
  TRY(Opened opened, open_installation(env));
  const note::Verifier known = opened.installation.chain().root();
  TRY(const note::Signer root, flow::combine_root(shares, known));
  if (!options.invite.empty()) return invite_owner(options, env, opened, root);
  TRY(flow::keep_root(opened.installation, root, env.clock.now()));
  return print(env, known, shares.size(), true);
}

}  // namespace

void add_org_recovery_combine(CLI::App& recovery, Env& env) {
  auto [combine, options] = add_verb<Options>(
      recovery, env, "combine", "Put shares together to the root key again", run_combine);
  combine.add_option("FILE", options.files, "Files with shares, - for standard input")->required();
  combine.add_option("--root", options.root, "Only check that they give this root key")
      ->type_name("VKEY");
  combine
      .add_option("--invite", options.invite,
                  "Invite a new owner with the key, and keep it nowhere")
      ->type_name("USER");
}

}  // namespace sealpost::cmd
