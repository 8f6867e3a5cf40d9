#include "flow/event_proof.hpp"

#include <fmt/format.h>

#include "merkle/merkle.hpp"

namespace sealpost::flow {

base::Result<void> EventProof::check(std::uint64_t index, base::ByteView leaf) {
  if (index >= tree_.size) TRY(renew());
  const auto path = merkle::inclusion_proof(index, tree_.size, nodes_);
  if (!path && path.error().code != base::Code::kNotFound) return path.error();
  if (path &&
      merkle::verify_inclusion(index, tree_.size, merkle::leaf_hash(leaf), *path, tree_.root)) {
    return {};
  }
  return base::Error{
      base::Code::kVerificationFailed,
      fmt::format("the relay answers with event {}, which is not the one in the log", index),
      "do not use this relay until the organisation's owner has found out why"};
}

base::Result<void> EventProof::renew() {
  TRY(sync_log(installation_, relay_));
  tree_ = installation_.checkpoint();
  nodes_ = remote_nodes(relay_, tree_.size);
  return {};
}

}  // namespace sealpost::flow
