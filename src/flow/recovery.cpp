#include "flow/recovery.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "crypto/random.hpp"
#include "crypto/sharing.hpp"

namespace sealpost::flow {
namespace {

constexpr std::size_t kSetSize = 8;  // bytes

base::Error wrong_key(const note::Verifier& root) {
  return {base::Code::kVerificationFailed,
          fmt::format("what the shares give is not the root key {}", root.vkey()),
          "one of them is of another key, or was falsified"};
}

}  // namespace

base::Result<std::vector<trust::RootShare>> split_root(const Installation& installation,
                                                       const Split& split, Context& context) {
  TRY(const note::Signer root, installation.root_signer());
  const crypto::SigningSeed seed = root.key().seed();
  TRY(std::vector<crypto::Share> parts,
      crypto::split_secret(seed.expose(), split.shares, split.threshold));
  const std::string set = base::to_hex(crypto::random_bytes(context.random, kSetSize));
  std::vector<trust::RootShare> shares;
  for (crypto::Share& part : parts) {
    trust::RootShare share;
    share.organisation = root.name();
    share.root = root.verifier().id();
    share.set = set;
    share.threshold = split.threshold;
    share.shares = split.shares;
    share.index = part.index;
    share.value = std::move(part.value);
    shares.push_back(std::move(share));
  }
  return shares;
}

base::Result<note::Signer> combine_root(const std::vector<trust::RootShare>& shares,
                                        const note::Verifier& root) {
  TRY(trust::check_set(shares));
  const trust::RootShare& first = shares.front();
  if (first.organisation != root.name() || first.root != root.id()) {
    return base::Error{base::Code::kVerificationFailed,
                       fmt::format("these shares are of another root key, {} {:08x}",
                                   first.organisation, first.root),
                       "the one that is known here is " + root.vkey()};
  }
  std::vector<crypto::Share> parts;
  for (const trust::RootShare& share : shares) {
    parts.push_back({static_cast<std::uint8_t>(share.index), share.value.clone()});
  }
  TRY(const crypto::SecretBytes secret, crypto::combine_secret(parts));
  TRY(const crypto::SigningSeed seed, crypto::SigningSeed::from(secret.expose()));
  TRY(note::Signer signer, note::Signer::make(root.name(), crypto::SigningKey::from_seed(seed)));
  if (!(signer.verifier() == root)) return wrong_key(root);
  return signer;
}

base::Result<void> keep_root(Installation& installation, const note::Signer& root, base::Time now) {
  TRY(const trust::Device* self, installation.self(now));
  if (self->certificate.role == trust::Role::kOwner) {
    if (installation.root_signer()) return {};  // here already
    return installation.store_root_key(root.key().seed());
  }
  return base::Error{
      base::Code::kDenied,
      fmt::format("the root key is kept on an owner's device, and this one is {}'s, {}",
                  installation.profile().user, trust::role_name(self->certificate.role)),
      "--invite USER makes an invitation for a new owner instead"};
}

}  // namespace sealpost::flow
