#include <fmt/format.h>

#include <algorithm>

#include "audit/event.hpp"
#include "flow/quorum.hpp"
#include "flow/receipt_event.hpp"
#include "flow/receipts.hpp"
#include "flow/visit.hpp"

namespace sealpost::flow {
namespace {

base::Result<note::Verifier> signer_of(const Installation& installation,
                                       const note::Note& signed_note,
                                       const receipt::Receipt& said) {
  TRY(note::Verifier log, installation.log_verifier());
  if (receipt::is_relays(said.state)) return log;
  const trust::Device* device = installation.chain().device(said.by);
  if (device == nullptr) {
    return base::Error{base::Code::kVerificationFailed, "its signer is not in the trust chain", ""};
  }
  const note::Verifier* key = trust::key_that_signed(*device, signed_note);
  return key != nullptr ? *key : device->certificate.key;
}

class Judge {
 public:
  // `tree`: where events must be to count; `absent` says that one is not there.
  Judge(const Installation& installation, client::RelayClient& relay, const MessageRecord& record,
        const merkle::Checkpoint& tree, std::string absent)
      : installation_(installation),
        relay_(relay),
        expected_{record.id, record.from, record.message_sha256, tree},
        absent_(std::move(absent)) {}

  Evident judge(const wire::EvidenceItem& item) const {
    Evident evident;
    evident.index = item.index;
    auto judged = try_judge(item, evident);
    if (!judged) {
      evident.verdict.holds = false;
      evident.verdict.reason = judged.error().text;
    }
    return evident;
  }

 private:
  base::Result<void> try_judge(const wire::EvidenceItem& item, Evident& evident) const {
    TRY(const note::Note signed_note, note::parse(item.statement));
    TRY(evident.verdict.receipt, receipt::parse(signed_note.text));
    const receipt::Receipt& said = evident.verdict.receipt;
    TRY(const audit::Event event, audit::parse_leaf(item.leaf));
    evident.address = event.address;
    evident.logged_at = event.at;
    TRY(const note::Verifier signer, signer_of(installation_, signed_note, said));
    TRY(const crypto::Digest statement, logged_statement(event, said));
    const std::uint64_t size = expected_.checkpoint.size;
    if (item.index >= size) {
      return base::Error{base::Code::kVerificationFailed, absent_, ""};
    }
    receipt::Evidence evidence{item.statement, item.index, item.leaf, {}};
    TRY(evidence.path, merkle::inclusion_proof(item.index, size, remote_nodes(relay_, size)));
    evident.verdict = receipt::judge(evidence, expected_, signer, statement);
    return {};
  }

  const Installation& installation_;
  client::RelayClient& relay_;
  receipt::Expectation expected_;
  std::string absent_;
};

// The first thing that does not hold; empty when everything does.
std::string reason_against(const std::vector<Evident>& evidence) {
  bool accepted = false;
  for (const Evident& item : evidence) {
    if (!item.verdict.holds) {
      return fmt::format("evidence at index {} does not hold: {}", item.index, item.verdict.reason);
    }
    accepted = accepted || item.verdict.receipt.state == receipt::State::kAccepted;
  }
  return accepted ? "" : "the relay shows no logged acceptance of this message";
}

}  // namespace

base::Result<ReceiptVerification> verify_receipts(Installation& installation,
                                                  std::string_view which, Context& context) {
  TRY(const Listed message, find_message(installation.vault(), which, Direction::kSent));
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(const wire::EvidenceList list, relay.evidence(message.record.id, message.record.from));
  TRY(sync_trust(installation, relay));
  TRY(const SignedCheckpoint tree, logged_tree(installation, relay));
  TRY(const policy::Policy policy, installation.policy());
  const Judge judge(installation, relay, message.record, tree.checkpoint, not_logged_yet(policy));
  ReceiptVerification verification{message.record.id, false, {}, ""};
  for (const wire::EvidenceItem& item : list.items) {
    verification.evidence.push_back(judge.judge(item));
  }
  verification.reason = reason_against(verification.evidence);
  verification.verified = verification.reason.empty();
  return verification;
}

}  // namespace sealpost::flow
