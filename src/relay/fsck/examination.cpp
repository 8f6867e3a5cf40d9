#include "relay/fsck/examination.hpp"

namespace sealpost::relay {
namespace {

struct Words {
  std::string_view part;
  std::string_view meaning;
  std::string_view remedy;
};

constexpr std::string_view kRestore = "restore relay.db from a backup";

Words words_of(Part part) {
  switch (part) {
    case Part::kStore:
      return {"store", "what it holds may be lost or wrong", kRestore};
    case Part::kLeaf:
      return {"leaf", "the log is not the history that was recorded", kRestore};
    case Part::kTile:
      return {"tile", "proofs over this part of the log do not verify", kRestore};
    case Part::kCheckpoint:
      return {"checkpoint", "the log is not the one that the relay has promised", kRestore};
    case Part::kTrust:
      return {"trust", "who belongs to the organisation cannot be shown", kRestore};
    case Part::kPrekey:
      return {"prekey", "senders refuse to write to this device",
              "let the device fetch its mail: it publishes a new one"};
    case Part::kMessage:
      return {"message", "what was accepted may not reach its recipients", kRestore};
    case Part::kReceipt:
      return {"receipt", "it proves nothing any more", kRestore};
    case Part::kEnvelope:
      return {"envelope", "a device gets no key for a message, or one that is not for it",
              kRestore};
    case Part::kPayload:
      return {"payload", "the content of a message is lost, or stayed when it should have gone",
              kRestore};
    case Part::kBlob:
      return {"attachment", "its recipients cannot download it",
              "restore blobs/ from a backup, or have it sent again"};
    case Part::kOrder:
      return {"order", "a device is not wiped, or it is not known that it was",
              "order it again: `sealpost device wipe`"};
    case Part::kRegister:
      return {"register", "devices refuse what contacts, consents, agreements or groups were noted",
              kRestore};
    case Part::kRecall:
      return {"recall", "a message that was taken back may be read, or by whom is not known",
              kRestore};
    case Part::kLink:
      return {"link", "what somebody may open, or how often, is not known", kRestore};
    case Part::kReply:
      return {"reply", "what a contact sent back may not reach who wrote to them", kRestore};
    case Part::kStop:
      return {"stop", "somebody who wants no more messages may be sent some", kRestore};
  }
  return {"store", "", kRestore};
}

}  // namespace

base::Result<void> Examination::damage(Part part, std::string id, std::string what) {
  ++found.damages;
  const Words words = words_of(part);
  return options.report({words.part, std::move(id), std::move(what), words.meaning, words.remedy});
}

void Examination::begin(std::string_view name) {
  step_ = name;
  bytes_ = 0;
}

base::Result<void> Examination::passed(std::uint64_t bytes) {
  bytes_ += bytes;
  return options.progress(step_, bytes_);
}

base::Result<std::uint64_t> Examination::number(std::string_view sql) {
  TRY(Query query, db.query(sql));
  TRY(const bool row, query.step());
  return row ? query.number(0) : 0;
}

}  // namespace sealpost::relay
