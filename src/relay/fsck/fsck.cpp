#include "relay/fsck/fsck.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "relay/fsck/examination.hpp"

namespace sealpost::relay {
namespace {

using base::Code;

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

base::Result<std::unique_ptr<Examination>> open(const FsckOptions& options) {
  const Folder folder{options.dir};
  TRY(const Settings settings, read_settings(folder));
  TRY(const note::Signer log_key, read_log_key(folder));
  std::error_code absent;
  if (std::filesystem::file_size(folder.database(), absent) == 0 || absent) {
    return base::Error{Code::kVerificationFailed, "relay.db is missing or empty", ""};
  }
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
    Step{"store", check_store},
    Step{"trust chain", check_trust},
    Step{"checkpoint", read_checkpoint},
    Step{"audit log", check_leaves},
    Step{"tree", check_tiles},
    Step{"messages", check_messages},
    Step{"receipts", check_receipts},
    Step{"envelopes", check_envelopes},
    Step{"references", check_references},
    Step{"attachments", check_blobs},
};

// A step that the store cannot answer is damage, and the next one has its chance.
base::Result<void> take(const Step& step, Examination& all) {
  all.begin(step.name);
  auto done = step.check(all);
  if (done || done.error().code != Code::kVerificationFailed) return done;
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
  TRY(read_settings(folder));
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
