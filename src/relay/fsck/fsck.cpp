#include "relay/fsck/fsck.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "base/regular_file.hpp"
#include "relay/fsck/examination.hpp"

namespace sealpost::relay {
namespace {

using base::Code;

constexpr std::string_view kAsItsUser = "run it as the user that the relay runs as";

// Held for as long as the examination takes. A folder that was never served has no lock file, and
// none is made.
base::Result<base::Fd> keep_others_out(const Folder& folder) {
  base::Fd lock(::open(folder.lock_file().c_str(), O_RDONLY | O_CLOEXEC));
  if (!lock && errno == ENOENT) return lock;
  if (!lock) return base::errno_error("cannot open", folder.lock_file());
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  return base::Error{Code::kConflict,
                     "another process works on the relay in " + folder.dir.string(),
                     "stop the relay first: fsck examines what does not move"};
}

// SQLite says no more than that it cannot open a file.
base::Result<void> require_readable(const std::filesystem::path& path) {
  auto file = base::open_regular(path, base::Symlinks::kFollow);
  if (file) return {};
  base::Error error = std::move(file).error();
  if (error.code == Code::kDenied) error.hint = kAsItsUser;
  if (error.code == Code::kUsage) error.code = Code::kVerificationFailed;
  return error;
}

base::Result<void> require_relay(const Folder& folder) {
  const auto settings = read_settings(folder);
  if (settings) return {};
  base::Error error = settings.error();
  if (error.code == Code::kNotFound) {
    error.hint = "there is no relay.toml in it; give the folder that `sealpost relay serve` has";
  }
  if (error.code == Code::kDenied) error.hint = kAsItsUser;
  return error;
}

base::Result<std::unique_ptr<Examination>> open(const FsckOptions& options) {
  const Folder folder{options.dir};
  TRY(const Settings settings, read_settings(folder));
  TRY(const note::Signer log_key, read_log_key(folder));
  std::error_code absent;
  if (std::filesystem::file_size(folder.database(), absent) == 0 || absent) {
    return base::Error{Code::kVerificationFailed, "relay.db is missing or empty", ""};
  }
  TRY(require_readable(folder.database()));
  TRY(Database database, Database::open_unchanging(folder.database()));
  TRY(database.run("PRAGMA cache_size = -8192"));
  return std::make_unique<Examination>(options, folder, settings, log_key.verifier(),
                                       std::move(database));
}

struct Step {
  std::string_view name;
  base::Result<void> (*check)(Examination&);
};
constexpr std::array kSteps{
    Step{"store", check_store},         Step{"schema", check_schema},
    Step{"trust chain", check_trust},   Step{"checkpoint", read_checkpoint},
    Step{"audit log", check_leaves},    Step{"tree", check_tiles},
    Step{"messages", check_messages},   Step{"receipts", check_receipts},
    Step{"envelopes", check_envelopes}, Step{"references", check_references},
    Step{"attachments", check_blobs},   Step{"orders", check_orders},
    Step{"register", check_register},   Step{"recalls", check_recalls},
    Step{"stops", check_stops},
};

// A step that the store cannot answer is damage, and the next one has its chance. A query about a
// table that is gone fails as if it were written wrongly.
base::Result<void> take(const Step& step, Examination& all) {
  all.begin(step.name);
  auto done = step.check(all);
  if (done) return done;
  const Code code = done.error().code;
  const bool damaged =
      code == Code::kVerificationFailed || (code == Code::kInternal && !all.schema_is_sound);
  if (!damaged) return done;
  return all.damage(Part::kStore, std::string(step.name), done.error().text);
}

base::Result<Examined> no_store(const FsckOptions& options, const base::Error& why) {
  const Damage damage{"store", "", why.text, "nothing in it can be read",
                      "restore relay.db from a backup"};
  TRY(options.report(damage));
  Examined out;
  out.damages = 1;
  return out;
}

}  // namespace

base::Result<Examined> fsck(const FsckOptions& options) {
  const Folder folder{options.dir};
  TRY(require_relay(folder));
  TRY(const base::Fd lock, keep_others_out(folder));
  auto opened = open(options);
  if (!opened && opened.error().code == Code::kVerificationFailed) {
    return no_store(options, opened.error());
  }
  if (!opened) return std::move(opened).error();
  Examination& all = **opened;
  std::uint64_t before_log = 0;
  for (const Step& step : kSteps) {
    if (step.check == check_leaves) before_log = all.found.damages;
    TRY(take(step, all));
    if (step.check == check_tiles) all.log_is_sound = all.found.damages == before_log;
  }
  return all.found;
}

}  // namespace sealpost::relay
