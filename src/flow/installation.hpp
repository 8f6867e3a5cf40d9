// One installation: a member's device, its keys and what it has verified so far, all in its vault.
//
// Borrows the vault, which must outlive it. One thread. Errors are the vault's, and
// kVerificationFailed when what is stored does not verify up to the pinned root.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "flow/records.hpp"
#include "merkle/checkpoint.hpp"
#include "note/note.hpp"
#include "policy/policy.hpp"
#include "trust/chain.hpp"
#include "vault/vault.hpp"

namespace sealpost::flow {

class Installation {
 public:
  // Writes the first rows of a fresh vault, and whatever `also` writes, in one transaction.
  // `root_key` only where the organisation was founded.
  static base::Result<void> initialise(vault::Vault& vault, const Profile& profile,
                                       const crypto::SigningKey& device_key,
                                       const crypto::SigningKey* root_key,
                                       const trust::Chain& chain,
                                       const std::function<base::Result<void>()>& also);
  // True for a vault that initialise() has not been called on.
  static base::Result<bool> is_fresh(const vault::Vault& vault);
  // kNotFound when the vault belongs to no organisation yet.
  static base::Result<Installation> load(vault::Vault& vault);

  vault::Vault& vault() const { return *vault_; }
  const Profile& profile() const { return profile_; }
  const trust::Chain& chain() const { return chain_; }
  trust::DeviceName name() const;
  std::string user_name() const;  // "<organisation>/<user>", as message headers name recipients
  // The full name of a user of this organisation.
  std::string full_user(std::string_view user) const;

  const note::Signer& signer() const { return signer_; }  // the device's
  base::Result<note::Signer> root_signer() const;         // kDenied where the root key is not
  // For a vault that gets the key back from a backup or from its shares. kConflict when it has one.
  base::Result<void> store_root_key(const crypto::SigningSeed& seed);
  // Destroys it, the write-ahead log included; done as well when there is none.
  base::Result<void> erase_root_key();
  // This device's certificate; kRevoked or kDenied (expired) as Chain::active_device.
  base::Result<const trust::Device*> self(base::Time now) const;
  base::Result<policy::Policy> policy() const { return policy_; }
  // The one that was in force when the trust chain had `size` entries.
  base::Result<policy::Policy> policy_at(std::uint64_t size) const;
  // The relay's log key, as the root signed it; kNotFound before there is one.
  base::Result<note::Verifier> log_verifier() const;

  // A new key of this device, kept until the relay has certified it; nothing when there is none.
  base::Result<std::optional<note::Signer>> pending_signer() const;
  base::Result<note::Signer> make_pending_signer(base::Random& random);
  // The pending key becomes the device's; the old one is gone from the file when this returns.
  base::Result<void> adopt_pending_signer();
  // Takes up the key that the vault has, which another process may have changed.
  base::Result<void> take_up_signer();

  base::Result<void> set_relay(std::string url, std::string pin);
  // Verifies and stores further entries of the trust chain, all or none, and with them what the
  // user of this device is to be told of them (flow/notices.hpp).
  base::Result<void> extend_chain(std::span<const std::string> entries);

  // The newest checkpoint this vault has verified; size 0 before the first.
  const merkle::Checkpoint& checkpoint() const { return checkpoint_; }
  note::View log_view() const { return {checkpoint_.size, checkpoint_.root}; }
  // What this device has seen, as its statements say it.
  trust::Views views() const { return {log_view(), chain_.view()}; }
  base::Result<void> set_checkpoint(const merkle::Checkpoint& checkpoint);
  // The newest time of a checkpoint that the relay has signed and that counted; see freshness.hpp.
  const std::optional<base::Time>& view_time() const { return view_time_; }
  base::Result<void> set_view_time(base::Time time);  // an older one changes nothing
  // Why the time of the relay's last checkpoint did not count; empty when it did. In memory only.
  const std::string& view_doubt() const { return view_doubt_; }
  void set_view_doubt(std::string why) { view_doubt_ = std::move(why); }

 private:
  Installation(vault::Vault& vault, Profile profile, note::Signer signer, trust::Chain chain);
  void take_chain(trust::Chain chain);
  base::Result<void> load_checkpoint();
  base::Result<void> load_view_time();
  vault::Vault* vault_;
  Profile profile_;
  note::Signer signer_;
  trust::Chain chain_;
  base::Result<policy::Policy> policy_;  // of the chain; every message asks for it, several times
  merkle::Checkpoint checkpoint_;
  std::optional<base::Time> view_time_;
  std::string view_doubt_;
};

}  // namespace sealpost::flow
