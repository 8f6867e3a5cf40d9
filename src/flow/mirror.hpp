// Mirrors: a verified copy of the audit log and the trust chain in a folder, sealpost-mirror(5).
//
// The folder is a C2SP tlog-tiles log and a few files beside it. Its checkpoint is written last:
// whatever else lies there counts only as far as the checkpoint reaches, so that a run which ended
// half way leaves the mirror as it was; what it brought, the next run need not fetch again. One run
// at a time: kConflict for the second.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <set>

#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "flow/logged_chain.hpp"

namespace sealpost::flow {

struct MirrorUpdate {
  merkle::Checkpoint checkpoint;
  std::uint64_t added = 0;          // events
  std::uint64_t trust_entries = 0;  // all that the log records up to the checkpoint
};
// How far an update has come, in events.
struct MirrorProgress {
  enum class Phase { kChecking, kFetching };  // what the mirror has; what is new
  Phase phase = Phase::kChecking;
  std::uint64_t done = 0;
  std::uint64_t taken_up = 0;  // brought by an earlier run; not among `done`
  std::uint64_t total = 0;     // of this phase
};
using MirrorWatch = std::function<void(const MirrorProgress&)>;
// Fetches the events behind those that the mirror has, rebuilds the tree over them, and takes them
// in when it is the one that the relay signed. Makes the folder where there is none. What the
// mirror has is read as read_mirror() does first. kDenied for a role that may not read the log;
// kVerificationFailed when the mirror was damaged, or the relay's log does not continue it or does
// not hold together: then the mirror stays as it was. kConflict for a folder that holds something
// else. Interrupted, or without the relay, the mirror stays as it was, and the next run goes on.
base::Result<MirrorUpdate> update_mirror(Installation& installation,
                                         const std::filesystem::path& folder, Context& context,
                                         const MirrorWatch& watch);

// Who follows a log hears of it.
class MirrorFollower {
 public:
  virtual ~MirrorFollower() = default;
  // The mirror reaches further now; once also in the beginning.
  virtual base::Result<void> updated(const MirrorUpdate& update) = 0;
  virtual base::Result<void> away(const base::Error& why) = 0;  // the relay is not there
  virtual base::Result<void> back() = 0;                        // it is there again
};
// As update_mirror(), and then again and again: a second after the log has grown the mirror has,
// too. Without the relay it waits for it, ever longer, up to a minute. Ends when asked to
// (kInterrupted) or with the first error of another kind.
base::Result<void> follow_mirror(Installation& installation, const std::filesystem::path& folder,
                                 Context& context, const MirrorWatch& watch,
                                 MirrorFollower& follower);

// What a mirror says, all of it verified.
struct Mirror {
  merkle::Checkpoint checkpoint;
  std::vector<LoggedEntry> entries;               // of the trust chain
  std::map<std::uint64_t, crypto::Digest> roots;  // of the log as it was at these sizes
  std::uint64_t journal_breaks = 0;               // of devices' journals, as the events tell
  std::string note = {};                          // the signed checkpoint, verbatim
  std::string log = {};                           // vkey of the log's key
  std::uint64_t first_event = 0;                  // of those before, only hashes are here
};
// Reads the whole mirror, without network: the trust chain up to `root`, the checkpoint's
// signature, every event against the tree and every tile, and that each entry of the chain is
// logged in its order. On the way it notes the roots that the log had at `sizes`, as far as it
// reaches. kVerificationFailed says what does not hold; kMalformed and kNotFound when
// the folder is no mirror.
base::Result<Mirror> read_mirror(
    const std::filesystem::path& folder, const note::Verifier& root,
    const std::set<std::uint64_t>& sizes, const base::Interrupt& interrupt,
    const MirrorWatch& watch = [](const MirrorProgress&) {});

}  // namespace sealpost::flow
