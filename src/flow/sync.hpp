// Catching up with the relay, believing nothing: trust chain entries are verified from the root,
// the log must extend what this vault saw before. Every use case that talks to the relay starts
// here. One thread.
#pragma once

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/installation.hpp"

namespace sealpost::flow {

// A client signing as this device, also after another process of this profile has changed its key.
// Borrows the installation and the context. kNotFound before there is a relay.
// After a change of keys that was cut off it finds out which key the relay knows.
base::Result<client::RelayClient> connect(Installation& installation, Context& context);

// Fetches and verifies new trust chain entries. kVerificationFailed when the relay's chain is
// shorter than, or does not continue, the one this vault has, or when who signed an entry has seen
// another log or trust chain than the relay shows here.
base::Result<void> sync_trust(Installation& installation, client::RelayClient& relay);

// Fetches the relay's newest checkpoint, verifies its signature and that its tree extends the one
// this vault saw before, and remembers it, with the time that the relay signed, where that counts
// (freshness.hpp). kVerificationFailed otherwise.
base::Result<void> sync_log(Installation& installation, client::RelayClient& relay);

// The same, and the signed checkpoint itself, for what carries it further.
struct SignedCheckpoint {
  std::string note;
  merkle::Checkpoint checkpoint;
  std::optional<base::Time> at;  // when the relay showed it, as it signed; an older relay does not
};
base::Result<SignedCheckpoint> sync_checkpoint(Installation& installation,
                                               client::RelayClient& relay);

// What the signers of these entries had seen of the log is a beginning of what this vault sees;
// catches up with the log where they had seen more. kVerificationFailed.
base::Result<void> check_log_views(Installation& installation, client::RelayClient& relay,
                                   std::span<const std::string> entries);

// Two states of the relay's log, the smaller of which must be a beginning of the larger one; the
// proof comes from the relay. kVerificationFailed.
base::Result<void> check_extends(client::RelayClient& relay, const note::View& older,
                                 const note::View& newer);

// Compares what others had seen of log and trust chain with what this vault has seen; all must lie
// on one history. Others may be ahead: then this catches up first. Borrows; one thread.
class SeenViews {
 public:
  SeenViews(Installation& installation, client::RelayClient& relay)
      : installation_(installation), relay_(relay) {}
  // How they disagree, empty when they do not: either the author or the relay is lying, and which
  // is for people to find out. `who` begins the sentence. Errors are about reaching the relay, and
  // its own log.
  base::Result<std::string> disagreement(std::string_view who, const note::View& log,
                                         const note::View& trust);

 private:
  base::Result<bool> is_beginning(const note::View& log);
  Installation& installation_;
  client::RelayClient& relay_;
  note::View ours_;
  merkle::NodeReader nodes_;  // of the tree that ours_ is; read once for all
};
// The same, for one sender of a message.
base::Result<std::string> compare_views(Installation& installation, client::RelayClient& relay,
                                        const note::View& log, const note::View& trust);

// Node hashes of the relay's tree of `size` leaves, fetched as tiles. Borrows the client.
merkle::NodeReader remote_nodes(client::RelayClient& relay, std::uint64_t size);

}  // namespace sealpost::flow
