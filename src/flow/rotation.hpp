// This device's certificate and key as time goes by: renewed while in use, and changed when
// somebody asks for it. Both make a successor in the trust chain, sealpost-note(5). One thread.
#pragma once

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

// Signs a successor with the same key when less than a third of the certificate's life is left. A
// certificate that another process has renewed meanwhile is renewed.
base::Result<void> renew_certificate(Installation& installation, client::RelayClient& relay,
                                     Context& context);

struct Rotated {
  note::Verifier key;        // the new one
  std::uint64_t number = 0;  // of its certificate
  base::Time expires;
};
// A new signing key, certified by the old one, and a new prekey signed with it. The new key is in
// the vault before anybody hears of it: after a crash at any point the next contact with the relay
// finds out which of the two it knows, and repeating the command completes the change. One process
// of a vault at a time: the next waits, and then changes the key in its turn; kBusy, kInterrupted.
base::Result<Rotated> rotate_key(Installation& installation, Context& context);

// For a command that is told that this device's key was replaced: completes what was cut off, or
// takes up the key that another process of this profile has put into the vault. True when there is
// another key now than before.
bool find_new_key(Installation& installation, Context& context);

// What rotate_key() left undone, if it was cut off behind the relay's commit: asks the relay which
// key it knows and takes up the new one when it is certified, or the one that another process has
// taken up. kKeyReplaced only when this vault has no key that the relay knows. Called by connect().
base::Result<void> settle_key(Installation& installation, Context& context);

}  // namespace sealpost::flow
