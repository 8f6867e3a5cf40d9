#include "flow/quorum.hpp"

#include <fmt/format.h>

#include "flow/cosigned.hpp"

namespace sealpost::flow {
namespace {

using base::Result;

base::Error distrust(std::string what) {
  return {base::Code::kVerificationFailed, std::move(what),
          "do not use this relay until the organisation's owner has found out why"};
}

// By the log, and by enough of the witnesses; nothing when by too few.
Result<std::optional<merkle::Checkpoint>> open(const std::string& text, const note::Verifier& log,
                                               const policy::Policy& policy) {
  const auto note = note::parse(text);
  if (!note || !note::signed_by_log(*note, log)) {
    return distrust("the checkpoint with cosignatures is not signed by the log's key");
  }
  TRY(merkle::Checkpoint checkpoint, merkle::parse_checkpoint(note->text));
  if (checkpoint.origin != log.name()) {
    return distrust("the checkpoint with cosignatures is of another log");
  }
  TRY(const auto witnesses, witnesses_of(policy));
  TRY(const auto found, cosignatures_on(*note, log, witnesses));
  if (!check_quorum(found, witnesses, static_cast<std::size_t>(policy.witness_quorum))) {
    return std::optional<merkle::Checkpoint>();
  }
  return std::optional(std::move(checkpoint));
}

}  // namespace

Result<SignedCheckpoint> logged_tree(Installation& installation, client::RelayClient& relay) {
  TRY(SignedCheckpoint newest, sync_checkpoint(installation, relay));
  TRY(const policy::Policy policy, installation.policy());
  if (policy.witness_quorum == 0) return newest;
  const SignedCheckpoint none{"", {newest.checkpoint.origin, 0, merkle::empty_root()}, {}};
  auto text = relay.cosigned_checkpoint();
  if (!text && text.error().code == base::Code::kNotFound) return none;
  if (!text) return text.error();
  TRY(const note::Verifier log, installation.log_verifier());
  TRY(auto cosigned, open(*text, log, policy));
  if (!cosigned) return none;
  TRY(check_extends(relay, {cosigned->size, cosigned->root},
                    {newest.checkpoint.size, newest.checkpoint.root}));
  return SignedCheckpoint{*std::move(text), *std::move(cosigned), {}};
}

std::string not_logged_yet(const policy::Policy& policy) {
  if (policy.witness_quorum == 0) return "it is not in the log yet";
  return fmt::format("it is not in the log yet as {} of {} witnesses have cosigned it",
                     policy.witness_quorum, policy.witnesses.size());
}

}  // namespace sealpost::flow
