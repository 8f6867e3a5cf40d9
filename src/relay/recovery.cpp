#include "relay/recovery.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <set>

#include "relay/handlers/blob_rules.hpp"
#include "relay/housekeeping.hpp"

namespace sealpost::relay {
namespace {

constexpr std::size_t kMaxBootId = 100;
constexpr std::size_t kStaleStep = 1024;

base::Result<void> in_transaction(MetaWriter& store,
                                  const std::function<base::Result<void>()>& change) {
  TRY(store.begin());
  auto done = change();
  if (done) done = store.commit();
  if (!done) store.rollback();
  return done;
}

base::Result<void> forget_blobs(MetaWriter& store, const std::vector<std::string>& ids) {
  if (ids.empty()) return {};
  return in_transaction(store, [&]() -> base::Result<void> {
    for (const std::string& id : ids) TRY(store.remove_blob(id));
    return {};
  });
}

base::Result<void> remove_orphans(MetaReader& store, BlobStore& blobs) {
  TRY(const auto known, store.blob_ids());
  TRY(const auto there, blobs.list());
  const std::set<std::string> wanted(known.begin(), known.end());
  for (const std::string& id : there) {
    if (!wanted.contains(id)) TRY(blobs.remove(id));
  }
  return {};
}

base::Result<void> make_room(MetaWriter& store, BlobStore& blobs, base::Time now) {
  TRY(const std::uint64_t room, blobs.room());
  if (room > 0) return {};
  TRY(std::vector<std::string> gone, store.stale_blobs(now, now - kBlobGrace, kStaleStep));
  TRY(const auto begun, store.reads().incomplete_blobs());
  for (const StoredBlob& blob : begun) gone.push_back(blob.id);
  for (const std::string& id : gone) TRY(blobs.remove(id));
  return forget_blobs(store, gone);
}

base::Result<void> forget_lost_parts(MetaWriter& store) {
  TRY(const base::Bytes boot, base::read_file("/proc/sys/kernel/random/boot_id", kMaxBootId));
  return in_transaction(store, [&] { return store.forget_unsynced_parts(base::as_text(boot)); });
}

// Every noted part lies in the file, without holes.
bool has_its_parts(const StoredBlob& blob, BlobStore& blobs) {
  if (blob.parts.empty()) return true;
  const auto file = blobs.open_for_reading(blob.id);
  if (!file) return false;
  struct stat info {};
  if (::fstat(file->get(), &info) != 0) return false;
  for (const std::uint64_t part : blob.parts) {
    const std::uint64_t from = part * wire::kPartSize;
    const std::uint64_t to = from + part_size(blob.size, part);
    const off_t hole = ::lseek(file->get(), static_cast<off_t>(from), SEEK_HOLE);
    if (static_cast<std::uint64_t>(info.st_size) < to) return false;
    if (hole >= 0 && static_cast<std::uint64_t>(hole) < to) return false;
  }
  return true;
}

base::Result<void> forget_torn_uploads(MetaWriter& store, BlobStore& blobs) {
  TRY(const auto begun, store.reads().incomplete_blobs());
  std::vector<std::string> torn;
  for (const StoredBlob& blob : begun) {
    if (!has_its_parts(blob, blobs)) torn.push_back(blob.id);
  }
  for (const std::string& id : torn) TRY(blobs.remove(id));
  return forget_blobs(store, torn);
}

// A crash may have come between a commit that shredded something and the scrubbing behind it, which
// needs room for a moment: on a full disk a relay that starts is worth more.
base::Result<void> finish_shredding(MetaWriter& store, BlobStore& blobs) {
  TRY(const std::uint64_t room, blobs.room());
  if (room > 0) TRY(store.scrub());
  return {};
}

}  // namespace

base::Result<void> recover(MetaStore& store, BlobStore& blobs, base::Time now) {
  MetaWriter& writer = store.writer();
  TRY(remove_orphans(writer.reads(), blobs));
  TRY(make_room(writer, blobs, now));
  TRY(forget_lost_parts(writer));
  TRY(forget_torn_uploads(writer, blobs));
  return finish_shredding(writer, blobs);
}

}  // namespace sealpost::relay
