// The trust chain: the numbered, hash-chained list of everything that gives or takes authority in
// an organisation, verified from the root's key up. sealpost-note(5), TRUST CHAIN.
//
// Pure: bytes and a key in, state or a reason out. A Chain is a value; one thread at a time.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "note/statement.hpp"
#include "trust/statements.hpp"

namespace sealpost::trust {

// How a device ended.
struct Ended {
  std::uint64_t entry = 0;  // number of the chain entry that says so
  std::string by;           // device name, or the organisation for the root
  std::string reason;       // may be empty
  base::Time at;            // as its signer claims
};

// What a device might do from some entry of the chain on.
struct Standing {
  std::uint64_t entry = 0;  // number of the chain entry that says so
  Role role = Role::kMember;
  std::vector<std::string> purposes;  // of a service
};

struct Device {
  Certificate certificate;  // the latest
  std::string certificate_note;
  std::uint64_t entry = 0;  // number of the chain entry that brought this certificate
  // In force now, as the latest certificate or the latest change of the user's role says.
  Role role = Role::kMember;
  std::vector<std::string> purposes;  // of a service
  std::vector<Standing> standings;    // all of them, the one in force last
  bool revoked = false;
  std::optional<Ended> ended;        // when it is revoked
  std::uint64_t joined = 0;          // number of the chain entry of its first certificate
  base::Time joined_at;              // as that claims
  std::string inviter;               // device name, or the organisation for the root
  std::vector<note::Verifier> keys;  // every key it was certified with, the latest last
  bool rekeyed = false;              // the latest certificate brought another key
};

// The key of the device, present or past, that has signed the note; nullptr when none has. What a
// device said before it changed its key stays said. Borrowed from the device.
const note::Verifier* key_that_signed(const Device& device, const note::Note& note);

// What the device might do when the chain had `size` entries. What it did then stays done when its
// user's role changes. A device that was not there yet: as at its first certificate.
const Standing& standing_at(const Device& device, std::uint64_t size);

// Whether a device in good standing may revoke one of this user and role: owners everybody, admins
// everybody but owners, and whoever lost a device another one of theirs, of the same role, so that
// a device that once belonged to an owner is no way around the first rule. nullptr: the root, which
// may always. Of itself every device may.
bool may_revoke(const Device* author, std::string_view user, Role target);

class Chain;

// Whether an owner's device stands at `now` that is not `out`: one that could act for the
// organisation. Without any, only the root's key could make another owner.
bool has_owner(const Chain& chain, base::Time now,
               const std::function<bool(const std::string& device)>& out);

class Chain {
 public:
  // An empty chain that accepts only what the root's key leads to.
  explicit Chain(note::Verifier root);

  // Verifies one more entry (a signed note) against everything before it and takes it in, or fails
  // and changes nothing: kMalformed when it is out of form, kVerificationFailed when a signature is
  // missing, wrong or one too many, kDenied when the signer may not say this, kConflict when it
  // contradicts what stands (invitation used already, device exists, wrong number, user with
  // another role), kRevoked when the signer or the invitation is revoked, kNotFound for a
  // revocation of nothing. Time is not judged here: an entry's place in the chain is what counts,
  // except that what is signed must lie within its signer's validity by its own `at`.
  base::Result<void> append(std::string_view entry);

  std::uint64_t size() const { return entries_.size(); }
  const std::vector<std::string>& entries() const { return entries_; }
  // head(0) = SHA-256("sealpost/v1/trust\n" || vkey || "\n");
  // head(n+1) = SHA-256(head(n) || SHA-256(entry n)).
  const crypto::Digest& head() const { return heads_.back(); }
  base::Result<crypto::Digest> head_at(std::uint64_t size) const;  // kNotFound beyond the end
  note::View view() const { return {size(), head()}; }
  const note::Verifier& root() const { return root_; }
  const std::string& organisation() const { return root_.name(); }

  // Whether what the signer of `entry` says to have seen of the chain is a beginning of this one;
  // kVerificationFailed. An entry that does not say it fits every chain.
  base::Result<void> check_view(std::string_view entry) const;

  // By full name; nullptr when there is none. Borrowed until the next append.
  const Device* device(std::string_view name) const;
  // The one that was certified with the key of this fingerprint (trust/wipe.hpp), now or before;
  // nullptr when there is none. Of several that share a key, the first.
  const Device* device_with_key(const crypto::Digest& fingerprint) const;
  // kNotFound, kRevoked, or kDenied when expired at `now`.
  base::Result<const Device*> active_device(std::string_view name, base::Time now) const;
  // Revoked ones too, in chain order of their certificates.
  std::vector<const Device*> devices_of(std::string_view user) const;
  const std::map<std::string, Device>& devices() const { return devices_; }

  struct OpenInvitation {
    Invitation invitation;
    std::string note_hash;  // hex
    std::string inviter;    // device name, or the organisation for the root
    bool used = false;
    bool revoked = false;  // itself, or with the device that made it
  };
  const std::map<std::string, OpenInvitation>& invitations() const {
    return invitations_;
  }  // by key name
  const std::optional<RelayStatement>& relay() const { return relay_; }
  // In the order of the chain.
  const std::vector<RegisterSkip>& register_skips() const { return skips_; }
  // The text of the policy statement in force, nothing before there is one. The chain vouches for
  // who said it; policy::parse_policy for what it says.
  const std::optional<std::string>& policy_text() const { return policy_; }

 private:
  friend class ChainRules;
  note::Verifier root_;
  std::vector<std::string> entries_;
  std::vector<crypto::Digest> heads_;
  std::map<std::string, Device> devices_;
  std::map<crypto::Digest, std::string> keys_;  // fingerprints, with the names of their devices
  std::map<std::string, OpenInvitation> invitations_;
  std::optional<RelayStatement> relay_;
  std::optional<std::string> policy_;
  std::vector<RegisterSkip> skips_;
};

// The entries of a chain's file, where they stand one behind the other; form only. kMalformed.
base::Result<std::vector<std::string>> split_entries(std::string_view file);

// Checks a prekey note: signed by the device's certified key and by nobody else, device active,
// suite declared, not expired. kMalformed, kVerificationFailed, kDenied, and as active_device.
base::Result<Prekey> verify_prekey(const Chain& chain, std::string_view prekey_note,
                                   base::Time now);

}  // namespace sealpost::trust
