// The stored checkpoint: in form and signed by the relay's key. Its root and size are compared with
// the leaves as these go by.
#include "relay/fsck/examination.hpp"

namespace sealpost::relay {
namespace {

base::Result<merkle::Checkpoint> verified(const std::string& text, const note::Verifier& log) {
  TRY(const note::Note note, note::parse(text));
  if (!note::signed_by(note, log)) {
    return base::Error{base::Code::kVerificationFailed, "is not signed by the key in log.key", ""};
  }
  TRY(merkle::Checkpoint checkpoint, merkle::parse_checkpoint(note.text));
  if (checkpoint.origin == log.name()) return checkpoint;
  return base::Error{base::Code::kVerificationFailed, "is another log's", ""};
}

}  // namespace

base::Result<void> read_checkpoint(Examination& all) {
  TRY(const auto stored, all.reader.checkpoint());
  // A new relay has one already, over no leaves.
  if (!stored) return all.damage(Part::kCheckpoint, "", "is missing");
  auto checkpoint = verified(*stored, all.log);
  if (!checkpoint) return all.damage(Part::kCheckpoint, "", checkpoint.error().text);
  all.found.checkpoint = checkpoint->size;
  if (checkpoint->size > 0) all.checkpoint = *std::move(checkpoint);
  return {};
}

}  // namespace sealpost::relay
