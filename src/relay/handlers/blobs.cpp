// Blobs: reserve, upload in parts, complete; download in ranges.
#include <algorithm>
#include <exception>
#include <functional>

#include "base/encoding.hpp"
#include "merkle/blob_leaf.hpp"
#include "relay/handlers/blob_rules.hpp"
#include "relay/handlers/handlers.hpp"
#include "relay/handlers/register_rules.hpp"
#include "relay/housekeeping.hpp"
#include "wire/signature.hpp"

namespace sealpost::relay {
namespace {

using base::Code;

// Nobody opens an attachment without its age header, which ends before: whoever fetches any of
// these bytes fetches the attachment, in however many ranges.
constexpr std::uint64_t kOpening = 64 << 10;

base::Error no_blob() { return {Code::kNotFound, "no such blob", ""}; }

base::Result<StoredBlob> own_blob(MetaReader& store, std::string_view id, const Caller& caller) {
  TRY(auto blob, store.blob(id));
  if (!blob || blob->owner != caller.name) return no_blob();
  return *std::move(blob);
}

base::Error no_room() {
  return {Code::kNoSpace, "the relay has no room for this attachment",
          "ask the relay's operator to make room"};
}

// Room in all, on the disk too, beside what others were promised there; and room for what this
// device has not sent in a message yet.
base::Result<void> check_room(MetaReader& store, BlobStore& blobs, const Caller& caller,
                              const Limits& limits, std::uint64_t size) {
  TRY(const std::uint64_t used, store.blob_bytes());
  if (size > limits.blob_bytes || used > limits.blob_bytes - size) return no_room();
  TRY(const std::uint64_t room, blobs.room());
  TRY(const std::uint64_t promised, store.unwritten_blob_bytes());
  if (promised > room || size > room - promised) return no_room();
  const std::uint64_t share = device_blob_bytes(limits);
  TRY(const std::uint64_t unsent, store.unsent_blob_bytes(caller.name));
  if (size <= share && unsent <= share - size) return {};
  return base::Error{Code::kNoSpace, "too many attachments of this device wait for their messages",
                     "send what was uploaded; the rest is removed after a day"};
}

base::Result<Written> reserve(Unit& unit, BlobStore& blobs, const Caller& caller,
                              const Limits& limits, const wire::BlobReservation& wanted) {
  TRY(still_active(unit, caller));
  TRY(const auto known, unit.store.reads().blob(wanted.id));
  if (known && (known->owner != caller.name || known->size != wanted.size)) {
    return base::Error{Code::kConflict, "this id was used for another blob", ""};
  }
  if (!known) {
    TRY(check_room(unit.store.reads(), blobs, caller, limits, wanted.size));
    TRY(unit.store.add_blob({wanted.id, caller.name, wanted.size, false, {}}, unit.now));
  }
  const wire::BlobState state =
      known ? wire::BlobState{known->parts, known->complete} : wire::BlobState{};
  return Written{cbor(wire::to_cbor(state)), Record::staging()};
}

// The sync may take as long as the disk likes, so it happens beside the server's threads; the
// change is queued when the bytes are safe.
using Sync = std::function<base::Result<void>()>;
Pending sync_then(Engine& engine, Sync sync, const Caller& caller, Change change) {
  return {[&engine, sync = std::move(sync), nonce = caller.nonce,
           change = std::move(change)](Done done) {
    const auto finish = [&engine, sync, nonce, change, done] {
      if (auto synced = sync(); !synced) return done(synced.error());
      Task task;
      task.change = change;
      task.nonce = nonce;
      task.done = done;
      engine.writer.submit(std::move(task));
    };
    const auto job = [finish, done] {
      try {
        finish();
      } catch (const std::exception&) {
        done(base::Error{Code::kInternal, "the relay could not do this", ""});
        throw;
      }
    };
    if (!engine.worker.post(job)) done(base::Error{Code::kBusy, "the relay stops", ""});
  }};
}

// Writes a part where it belongs as it arrives, and notes it when it is whole and safe: a sender
// that goes on after a power cut does not send again what is noted.
class PartSink final : public BodySink {
 public:
  PartSink(Engine& engine, base::Fd file, Caller caller, std::string id, std::uint64_t part,
           std::uint64_t size)
      : engine_(engine),
        blobs_(engine.blobs.get()),
        file_(std::make_shared<base::Fd>(std::move(file))),
        caller_(std::move(caller)),
        id_(std::move(id)),
        part_(part),
        size_(size) {}

  base::Result<void> write(base::ByteView bytes) override {
    if (bytes.size() > size_ - got_) {
      return base::Error{Code::kMalformed, "the part is longer than its place", ""};
    }
    if (caller_.digest) hash_.update(bytes);
    auto written = blobs_->write_at(*file_, part_ * wire::kPartSize + got_, bytes);
    got_ += bytes.size();
    if (!written && written.error().code == Code::kNoSpace) {
      blobs_->abandon(*file_);
      drop_blob(engine_, id_);
      return no_room();
    }
    return written;
  }

  base::Result<Outcome> finish() override {
    if (got_ != size_) return base::Error{Code::kMalformed, "the part is not whole", ""};
    if (caller_.digest) {
      const std::string digest = "sha-256=:" + base::to_base64(hash_.finish()) + ":";
      if (digest != *caller_.digest) {
        return base::Error{Code::kLocked, "not authenticated: the digest is another", ""};
      }
    }
    // Blobs are swept on the writer thread, so that the file stays while the change runs.
    Change change = [blobs = blobs_, file = file_, caller = caller_, id = id_,
                     part = part_](Unit& unit) -> base::Result<Written> {
      if (!blobs->is_there(*file)) {
        return base::Error{Code::kConflict, "the blob was swept meanwhile", "upload it again"};
      }
      return note_part(unit, caller, id, part);
    };
    const Sync sync = [blobs = blobs_, file = file_] { return blobs->sync_part(*file); };
    return Outcome(sync_then(engine_, sync, caller_, std::move(change)));
  }

 private:
  static base::Result<Written> note_part(Unit& unit, const Caller& caller, const std::string& id,
                                         std::uint64_t part) {
    TRY(still_active(unit, caller));
    TRY(const StoredBlob blob, own_blob(unit.store.reads(), id, caller));
    TRY(unit.store.add_part(blob.id, part, unit.now));
    return Written{Reply{}, Record::staging()};
  }
  Engine& engine_;
  BlobStore* blobs_;
  std::shared_ptr<base::Fd> file_;  // shared with the change, which may outlive the sink
  Caller caller_;
  std::string id_;
  std::uint64_t part_;
  std::uint64_t size_;
  std::uint64_t got_ = 0;
  crypto::Sha256 hash_;
};

base::Result<void> check_parts(const StoredBlob& blob) {
  if (blob.parts.size() == part_count(blob.size)) return {};
  return base::Error{Code::kConflict, "parts of the blob are missing", "upload them again"};
}

base::Result<void> check_complete(const StoredBlob& blob, const wire::BlobCompletion& completion) {
  TRY(check_parts(blob));
  if (completion.leaves.size() != merkle::blob_leaf_count(blob.size)) {
    return base::Error{Code::kMalformed, "\"leaves\" must hold a hash for each MiB", ""};
  }
  return {};
}

base::Bytes joined(const std::vector<crypto::Digest>& leaves) {
  base::Bytes out;
  for (const crypto::Digest& leaf : leaves) base::append(out, leaf);
  return out;
}

Change completion_change(const Caller& caller, const std::string& id, base::Bytes leaves) {
  return [caller, id, leaves = std::move(leaves)](Unit& unit) -> base::Result<Written> {
    TRY(still_active(unit, caller));
    TRY(const StoredBlob blob, own_blob(unit.store.reads(), id, caller));
    if (blob.complete) return Written{Reply{}, Record::repeat()};
    TRY(check_parts(blob));  // once more: it may have been swept and reserved anew meanwhile
    TRY(unit.store.complete_blob(id, leaves, unit.now));
    return Written{Reply{}, Record::staging()};
  };
}

// A file in which noted parts are missing all the same is of no use: its sender begins again.
Sync whole_sync(Engine& engine, const StoredBlob& blob) {
  return [&engine, id = blob.id, size = blob.size]() -> base::Result<void> {
    auto synced = engine.blobs->sync(id, size);
    if (synced || synced.error().code != Code::kVerificationFailed) return synced;
    drop_blob(engine, id);
    return base::Error{Code::kConflict, "parts of the blob are missing", "upload them again"};
  };
}

bool may_read_register(const Engine& engine, const Caller& caller, base::Time now) {
  const auto policy = engine.directory.policy();
  return engine.directory.read([&](const trust::Chain& chain) {
    return check_register_reader(chain, *policy, caller.name, now).has_value();
  });
}

// The uploader, recipients of messages that name the blob, and readers of the register when an
// entry keeps it.
base::Result<StoredBlob> readable_blob(MetaReader& store, std::string_view id, const Caller& caller,
                                       const Engine& engine) {
  const base::Time now = engine.seams.clock.now();
  TRY(auto blob, store.blob(id));
  if (!blob || !blob->complete) return no_blob();
  if (blob->owner == caller.name) return *std::move(blob);
  TRY(const bool received, store.blob_received(id, caller.name, now));
  if (received) return *std::move(blob);
  TRY(const bool kept, store.blob_kept(id));
  if (!kept || !may_read_register(engine, caller, now)) return no_blob();
  return *std::move(blob);
}

}  // namespace

base::Result<void> check_own_blobs(Unit& unit, const Caller& caller,
                                   const std::vector<std::string>& blobs) {
  for (const std::string& id : blobs) {
    TRY(const auto blob, unit.store.reads().blob(id));
    if (!blob || blob->owner != caller.name || !blob->complete) {
      return base::Error{Code::kNotFound, "an attachment is not there", "upload it again"};
    }
  }
  return {};
}

base::Result<Outcome> post_blob(Request& request, Engine& engine) {
  TRY(const wire::BlobReservation wanted, wire::parse_blob_reservation(request.body));
  TRY(check_blob_id(wanted.id));
  if (wanted.size == 0) return base::Error{Code::kMalformed, "\"size\" must not be 0", ""};
  const Limits limits = engine.settings.limits;
  BlobStore* const blobs = engine.blobs.get();
  return Outcome(Change([caller = request.caller, blobs, limits, wanted](Unit& unit) {
    return reserve(unit, *blobs, caller, limits, wanted);
  }));
}

base::Result<std::unique_ptr<BodySink>> open_part(const Request& request, Engine& engine) {
  const std::string& id = request.path[0];
  TRY(check_blob_id(id));
  TRY(const std::uint64_t part,
      base::parse_decimal(request.path[1], wire::kMaxBlob / wire::kPartSize));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const StoredBlob blob, own_blob(*store, id, request.caller));
  if (blob.complete) return base::Error{Code::kConflict, "the blob is complete", ""};
  if (part >= part_count(blob.size)) return base::Error{Code::kMalformed, "no such part", ""};
  TRY(base::Fd file, engine.blobs->open_for_writing(id));
  return std::unique_ptr<BodySink>(std::make_unique<PartSink>(
      engine, std::move(file), request.caller, id, part, part_size(blob.size, part)));
}

base::Result<Outcome> post_blob_complete(Request& request, Engine& engine) {
  TRY(const wire::BlobCompletion completion, wire::parse_blob_completion(request.body));
  const std::string& id = request.path.front();
  TRY(check_blob_id(id));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const StoredBlob blob, own_blob(*store, id, request.caller));
  if (blob.complete) return Outcome(Reply{});
  TRY(check_complete(blob, completion));
  Change change = completion_change(request.caller, id, joined(completion.leaves));
  return Outcome(sync_then(engine, whole_sync(engine, blob), request.caller, std::move(change)));
}

base::Result<Outcome> get_blob(Request& request, Engine& engine) {
  const std::string& id = request.path.front();
  TRY(check_blob_id(id));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const StoredBlob blob, readable_blob(*store, id, request.caller, engine));
  TRY(const ByteRange range, parse_range(request.range, blob.size));
  const auto answer = [blobs = engine.blobs.get(), id, range,
                       size = blob.size]() -> base::Result<Reply> {
    TRY(base::Fd file, blobs->open_for_reading(id));
    return range_reply(std::move(file), range, size);
  };
  if (range.first >= kOpening) {
    TRY(Reply reply, answer());
    return Outcome(std::move(reply));
  }
  audit::Event event = event_of(request, "blob.fetch", {});
  event.objects = {id};
  return Outcome(told_first(request, std::move(event), answer));
}

base::Result<Outcome> get_blob_leaves(Request& request, Engine& engine) {
  const std::string& id = request.path.front();
  TRY(check_blob_id(id));
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(readable_blob(*store, id, request.caller, engine));
  TRY(const base::Bytes stored, store->blob_leaves(id));
  wire::BlobCompletion out;
  base::Reader reader(stored);
  while (!reader.empty()) {
    TRY(const base::ByteView raw, reader.take(sizeof(crypto::Digest)));
    TRY(const crypto::Digest leaf, crypto::digest_from(raw));
    out.leaves.push_back(leaf);
  }
  return Outcome(cbor(wire::to_cbor(out)));
}

}  // namespace sealpost::relay
