// sealpost org recovery split: the organisation's root key in shares, for several people to keep.
#include "cmd/org_recovery.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.hpp"
#include "cmd/opened.hpp"
#include "cmd/ui/confirm.hpp"
#include "flow/recovery.hpp"

namespace sealpost::cmd {
namespace {

constexpr std::size_t kMostFile = 64 << 10;

struct Options {
  std::uint64_t shares = 5;
  std::uint64_t threshold = 3;
  std::string output;
  bool remove_root = false;
};

// The files of one splitting: all of them, or none.
class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() {
    if (whole_) return;
    for (const auto& path : paths_) ::unlink(path.c_str());
  }
  base::Result<void> write(const std::filesystem::path& folder, const trust::RootShare& share) {
    std::filesystem::path path = folder / fmt::format("{}-share-{}-of-{}.txt", share.organisation,
                                                      share.index, share.shares);
    TRY(const crypto::SecretBytes text, trust::format_share(share));
    TRY(base::write_new_file(path, text.expose(), 0600));
    paths_.push_back(std::move(path));
    return {};
  }
  void keep() { whole_ = true; }
  const std::vector<std::filesystem::path>& paths() const { return paths_; }

 private:
  std::vector<std::filesystem::path> paths_;
  bool whole_ = false;
};

// What lies on the disk gives the key again. Only then may the vault's own copy go.
base::Result<void> read_back(const Files& files, const note::Verifier& root) {
  std::vector<trust::RootShare> shares;
  for (const auto& path : files.paths()) {
    TRY(base::Bytes bytes, base::read_file(path, kMostFile));
    auto read = trust::parse_shares(base::as_text(bytes));
    crypto::wipe(bytes);
    if (!read) return std::move(read).error();
    for (trust::RootShare& share : *read) shares.push_back(std::move(share));
  }
  TRY(flow::combine_root(shares, root));
  return {};
}

base::Result<void> confirm_removal(const Options& options, Env& env) {
  if (!options.remove_root) return {};
  return ui::confirm(env.terminal, env.globals,
                     "Remove the root key from this vault? Without it nobody can invite owners and "
                     "admins or sign for a relay, until enough shares come together");
}

base::Result<void> print(const Options& options, Env& env, const trust::RootShare& share,
                         const Files& files) {
  std::vector<std::string> names;
  for (const auto& path : files.paths()) names.push_back(path.string());
  if (env.out.json()) {
    return env.out.document({{"type", "root-shares"},
                             {"organisation", share.organisation},
                             {"set", share.set},
                             {"threshold", share.threshold},
                             {"shares", share.shares},
                             {"files", names},
                             {"root_removed", options.remove_root}});
  }
  for (const std::string& name : names) TRY(env.out.line(name));
  env.out.note(
      fmt::format("Any {} of these {} give the root key of {}: give each to somebody "
                  "else, and leave none here.",
                  share.threshold, share.shares, share.organisation));
  env.out.note(options.remove_root ? "The root key is no longer in this vault."
                                   : "The root key stays in this vault as well.");
  return {};
}

base::Result<void> run_split(const Options& options, Env& env) {
  constexpr std::uint64_t kMost = 255;
  if (options.shares > kMost || options.threshold > kMost) {
    return base::Error{base::Code::kUsage, "there are at most 255 shares", ""};
  }
  TRY(Opened opened, open_installation(env));
  flow::Context context = context_of(env);
  const flow::Split split{static_cast<unsigned>(options.shares),
                          static_cast<unsigned>(options.threshold)};
  TRY(const auto shares, flow::split_root(opened.installation, split, context));
  TRY(confirm_removal(options, env));
  TRY(base::make_private_folder(options.output));
  Files files;
  for (const trust::RootShare& share : shares) TRY(files.write(options.output, share));
  TRY(read_back(files, opened.installation.chain().root()));
  files.keep();
  if (options.remove_root) TRY(opened.installation.erase_root_key());
  return print(options, env, shares.front(), files);
}

}  // namespace

void add_org_recovery(CLI::App& org, Env& env) {
  CLI::App& recovery = add_group(org, "recovery", "The root key in shares, kept by several people");
  auto [split, options] =
      add_verb<Options>(recovery, env, "split", "Divide the root key into shares", run_split);
  split.add_option("--shares", options.shares, "How many there are [5]")->type_name("N");
  split.add_option("--threshold", options.threshold, "How many give the key back [3]")
      ->type_name("K");
  split.add_option("-o,--output", options.output, "Folder for the files, one per share")
      ->type_name("DIR")
      ->required();
  split.add_flag("--remove-root", options.remove_root, "Take the root key out of this vault");
  add_org_recovery_combine(recovery, env);
}

}  // namespace sealpost::cmd
