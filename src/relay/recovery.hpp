// What a relay puts right at its start, before anybody asks anything: what a crash, another boot of
// the machine or a full disk left behind. Before the writer's thread; the store has no other user.
#pragma once

#include "relay/store/blob_store.hpp"
#include "relay/store/meta_store.hpp"

namespace sealpost::relay {

// In this order:
// Files that no row speaks of are removed: a crash came between a removal's commit and its unlink.
// On a full disk, uploads that are not complete and blobs that nobody needs at `now` go: first
// their files, because a full disk takes no commit.
// Parts that were noted and never synced are forgotten when the machine itself has restarted.
// Uploads whose noted parts are not in their files begin anew.
base::Result<void> recover(MetaStore& store, BlobStore& blobs, base::Time now);

}  // namespace sealpost::relay
