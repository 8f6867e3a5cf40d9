// Wiping a device from afar: the order, the device's answer, and the key that signs the answer.
// sealpost-note(5), STATEMENTS OF WIPING. None of them is part of the trust chain, but only the
// chain says whose word they may be. Pure, thread-safe.
//
// format() and parse_*() as in trust/statements.hpp: one spelling, kMalformed.
#pragma once

#include <string>
#include <string_view>

#include "trust/chain.hpp"

namespace sealpost::trust {

// SHA-256 of an Ed25519 public key, by which an order names its device and the device asks for it.
crypto::Digest fingerprint(const crypto::VerifyKey& key);

// "This device is to destroy what it holds", on every machine that has its present key or one that
// it had before.
struct Wipe {
  std::string id;  // UUIDv7
  DeviceName device;
  crypto::Digest key{};  // fingerprint of the device's key, the present one when it is given
  std::string reason;    // may be empty
  note::View log;
  note::View trust;
  base::Time at;
};

// "This key says for the device that it was wiped": a key whose seed lies in the open, so that a
// locked or refused device can answer. Signed by the device's key.
struct WipeKey {
  DeviceName device;
  note::Verifier key;  // named "<device>/wipe"
  base::Time at;
};

// "It is done." Signed by the device's wipe key.
struct Wiped {
  std::string order;  // id
  DeviceName device;
  crypto::Digest key{};  // fingerprint of the one that the machine had which was wiped
  base::Time at;
};

// What a device keeps in the open, so that an order finds it although its vault is locked. Not
// signed: the device itself wrote it.
struct WipeFile {
  DeviceName device;
  note::Verifier root;
  std::string url;       // of the relay
  std::string pin;       // empty without TLS, or where certificate authorities decide
  crypto::Digest key{};  // fingerprint of the device's present key
};

base::Result<std::string> format(const Wipe& value);
base::Result<std::string> format(const WipeKey& value);
base::Result<std::string> format(const Wiped& value);
base::Result<std::string> format(const WipeFile& value);
base::Result<Wipe> parse_wipe(std::string_view text);
base::Result<WipeKey> parse_wipe_key(std::string_view text);
base::Result<Wiped> parse_wiped(std::string_view text);
base::Result<WipeFile> parse_wipe_file(std::string_view text);

// Whether a device in good standing may order that of `target` wiped: who may revoke it, and every
// other device of the same user; never itself, since a copy would. `author` nullptr: the root.
bool may_wipe(const Device* author, const Device& target);

// Who signed an order, and that they may: the root, or one device by a key that the chain has for
// it, now or before, and that is neither revoked nor the target itself. kMalformed;
// kVerificationFailed for a signature that is missing, wrong or one too many, or a fingerprint that
// is no key's of the device; kNotFound for a device that the chain does not have; kDenied,
// kRevoked.
struct VerifiedWipe {
  Wipe order;
  std::string by;  // device name, or the organisation's for the root
};
base::Result<VerifiedWipe> verify_wipe(const Chain& chain, std::string_view order_note);
// The same for looking back: also an order whose author was revoked since.
base::Result<VerifiedWipe> verify_given_wipe(const Chain& chain, std::string_view order_note);

// Whether the order is meant for a machine that has the device's key of this fingerprint: the one
// that the order names, or one that the device had before. A copy of a vault has an older one, when
// the key was changed since, and so has the device itself, when it was changed on the copy.
bool holds_for(const Chain& chain, const Wipe& order, const crypto::Digest& key);

// That the answer is signed by a wipe key for which a key of its device, present or past, vouches.
// kMalformed, kNotFound, kVerificationFailed.
base::Result<Wiped> verify_wiped(const Chain& chain, std::string_view answer_note,
                                 std::string_view voucher_note);

}  // namespace sealpost::trust
