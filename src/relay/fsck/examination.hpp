// What the steps of fsck share: the store, the keys, the chain as far as it verifies, and the way
// to say that something is wrong. One thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "merkle/checkpoint.hpp"
#include "relay/folder.hpp"
#include "relay/fsck/fsck.hpp"
#include "relay/store/sqlite_reader.hpp"
#include "trust/chain.hpp"

namespace sealpost::relay {

// What kind of thing is damaged; what that means and what to do follows from it.
enum class Part {
  kStore,
  kLeaf,
  kTile,
  kCheckpoint,
  kTrust,
  kPrekey,
  kMessage,
  kReceipt,
  kEnvelope,
  kPayload,
  kBlob,
  kOrder,
  kRegister,
  kRecall,
  kLink,
  kReply,
  kStop,
};

struct Examination {
  Examination(const FsckOptions& wanted, Folder where, const Settings& settings,
              note::Verifier log_key, Database database)
      : options(wanted),
        folder(std::move(where)),
        log(std::move(log_key)),
        db(std::move(database)),
        reader(db),
        chain(settings.organisation) {}
  Examination(const Examination&) = delete;  // the reader borrows the connection
  Examination& operator=(const Examination&) = delete;

  base::Result<void> damage(Part part, std::string id, std::string what);
  // Adds to what the current step has read.
  base::Result<void> passed(std::uint64_t bytes);
  void begin(std::string_view name);
  // The number that a query gives; 0 without a row.
  base::Result<std::uint64_t> number(std::string_view sql);

  const FsckOptions& options;
  Folder folder;
  note::Verifier log;  // the relay's own key
  Database db;
  SqliteReader reader;
  trust::Chain chain;                        // as far as it verifies
  std::vector<crypto::Digest> entry_hashes;  // of all stored entries, verified or not
  bool schema_is_sound = true;               // tables and indexes are those of a new store
  bool chain_is_sound = false;               // all of it verifies, and none is missing
  bool log_is_sound = false;                 // leaves and tiles are, so that roots can be derived
  std::optional<merkle::Checkpoint> checkpoint;
  // Leaves there must be: as many as the highest number or the tiles tell of.
  std::uint64_t tree_size = 0;
  std::uint64_t shredded = 0;  // keys of contacts that, as the log says, were destroyed
  Examined found;

 private:
  std::string_view step_;
  std::uint64_t bytes_ = 0;
};

// The steps, in their order. Each reports what is wrong and fails only when it cannot go on.
base::Result<void> check_store(Examination& all);
base::Result<void> check_schema(Examination& all);
base::Result<void> check_trust(Examination& all);
base::Result<void> read_checkpoint(Examination& all);
base::Result<void> check_leaves(Examination& all);
base::Result<void> check_tiles(Examination& all);
base::Result<void> check_messages(Examination& all);
base::Result<void> check_receipts(Examination& all);
base::Result<void> check_envelopes(Examination& all);
base::Result<void> check_blobs(Examination& all);
base::Result<void> check_orders(Examination& all);
base::Result<void> check_recalls(Examination& all);
base::Result<void> check_stops(Examination& all);
base::Result<void> check_register(Examination& all);
base::Result<void> check_references(Examination& all);

}  // namespace sealpost::relay
