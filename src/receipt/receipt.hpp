// Receipts: signed statements about what happened to a message, sealpost-receipt(5), and the pure
// verdict on a set of them. Thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/seams.hpp"
#include "crypto/hash.hpp"
#include "merkle/checkpoint.hpp"
#include "note/statement.hpp"

namespace sealpost::receipt {

enum class State {
  kAccepted,
  kDelivered,
  kRead,
  kUndecryptable,
  kExpired,
  kDropped,
  kOpenedByLink,
  kLinkLocked,
  kRecalled,
  kWithdrawn,
};
// Delivered, read, undecryptable and recalled are a device's word, the others the relay's.
bool is_relays(State state);
std::string_view state_name(State state);
std::optional<State> state_from_name(std::string_view name);

struct Receipt {
  std::string message;              // id
  std::string from;                 // device that sent it
  crypto::Digest message_sha256{};  // over the whole header note with its signature
  State state = State::kAccepted;
  std::string by;  // device name; the log's origin for what the relay says
  base::Time at;   // a claim
  note::View log;
  note::View trust;
  // Accepted only: the purpose under which the relay logged it, for recipients to compare with the
  // one inside the message.
  std::string purpose = {};
  // Accepted only: the devices whose header is not sealed for a one-time prekey that the relay had
  // handed to the sender. Relays that know no one-time prekeys name none.
  std::vector<std::string> last_resort = {};
  // Dropped: the device whose queue the message went with. Withdrawn: the device that had not taken
  // it, or nothing for a contact's link. No other has one.
  std::string device = {};
};
base::Result<std::string> format(const Receipt& value);  // unsigned text
// Accepts what format writes and nothing else; kMalformed.
base::Result<Receipt> parse(std::string_view statement_text);

// One piece of evidence as the relay hands it out.
struct Evidence {
  std::string statement;             // the signed note
  std::uint64_t index = 0;           // of its audit leaf
  base::Bytes leaf;                  // the audit leaf, verbatim
  std::vector<crypto::Digest> path;  // inclusion proof to the checkpoint's root
};

// What each key is and what the relay observed; passed in so that this stays pure and blind to
// trust and audit.
struct Expectation {
  std::string message;
  std::string from;
  crypto::Digest message_sha256{};
  merkle::Checkpoint checkpoint;  // verified already
};
struct Verdict {
  Receipt receipt;
  bool holds = false;
  std::string reason;  // why not, one sentence without full stop; empty when it holds
};
// Judges one piece: the statement is in form, about the expected message, signed by `signer` alone
// (found by the caller in the trust chain from receipt.by), by the relay for accepted and by a
// device for everything else, and included in the log at its index. `leaf_statement` is the
// statement hash that the audit leaf names. On failure Verdict::receipt holds what could be read,
// unverified.
Verdict judge(const Evidence& evidence, const Expectation& expected, const note::Verifier& signer,
              const crypto::Digest& leaf_statement);

}  // namespace sealpost::receipt
