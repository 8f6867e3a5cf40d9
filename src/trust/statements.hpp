// The statements that make up the trust chain, sealpost-note(5): format and parse, no signatures
// checked here (trust/chain.hpp does that). Each value has exactly one spelling: format() refuses a
// value that breaks the rules of its kind, parse_*() whatever format() would not have written. Both
// fail with kMalformed. Times are cut to whole seconds. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/seams.hpp"
#include "note/statement.hpp"
#include "trust/name.hpp"

namespace sealpost::trust {

inline constexpr std::chrono::days kMaxCertificateDays{400};
inline constexpr std::chrono::days kMaxInvitationDays{30};

// Entry 0 of every chain, signed by the root whose vkey it names.
struct Organisation {
  std::string name;
  note::Verifier root;  // its name is the organisation's
  base::Time at;
};

// What the signer of a statement had seen of the audit log and of the trust chain.
using note::Views;

// "The holder of `key` may certify one device of `user` in `role` until `expires`."
// The key's name is "<organisation>/invitation/<16 hex digits>".
struct Invitation {
  std::string user;
  Role role = Role::kMember;
  std::vector<std::string> purposes;  // service only
  note::Verifier key;
  base::Time at;
  base::Time expires;
  std::optional<Views> seen = std::nullopt;
};

// "`key` speaks for `name` in `role`." Number 0 is issued by the root or by an invitation, a later
// one by its predecessor. `key` carries the device's name.
struct Certificate {
  DeviceName name;
  Role role = Role::kMember;
  std::vector<std::string> purposes;
  note::Verifier key;
  std::uint64_t number = 0;
  std::string issuer;  // "root", "invitation <hex sha256 of its note>", "certificate <hex sha256>"
  std::vector<std::string> suites;  // "age-x25519"
  base::Time at;
  base::Time expires;
};

// Ends a device with all its successors, or an invitation that was not used.
struct Revocation {
  std::string target;  // a device's name or an invitation key's name
  std::string reason;  // may be empty
  base::Time at;
  std::optional<Views> seen = std::nullopt;
};

// "From here on this is the role of `user`, on all devices."
struct RoleChange {
  std::string user;
  Role role = Role::kMember;
  std::vector<std::string> purposes;  // service only
  std::string reason;                 // may be empty
  base::Time at;
  std::optional<Views> seen = std::nullopt;
};

// "Entries `first` to `last` of a stream of the register, all by this revoked device, hold up its
// readers; whoever cannot take them in goes on behind them." sealpost-register(5), Skipping.
struct RegisterSkip {
  std::string stream;  // "people", "organisation"
  std::string author;  // device
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  crypto::Digest head{};  // the stream's, behind the last of them
  std::string reason;     // may be empty
  base::Time at;
  std::optional<Views> seen = std::nullopt;
};

// "This is our relay." Signed by the root.
struct RelayStatement {
  std::string url;     // https://host:port, no path, or http:// on loopback
  std::string pin;     // "sha256//<base64>" of the TLS public key; empty for http
  note::Verifier log;  // signs checkpoints and accepted receipts; its name is the log's origin
  base::Time at;
};

base::Result<std::string> format(const Organisation& value);
base::Result<std::string> format(const Invitation& value);
base::Result<std::string> format(const Certificate& value);
base::Result<std::string> format(const Revocation& value);
base::Result<std::string> format(const RoleChange& value);
base::Result<std::string> format(const RegisterSkip& value);
base::Result<std::string> format(const RelayStatement& value);
base::Result<Organisation> parse_organisation(std::string_view text);
base::Result<Invitation> parse_invitation(std::string_view text);
base::Result<Certificate> parse_certificate(std::string_view text);
base::Result<Revocation> parse_revocation(std::string_view text);
base::Result<RoleChange> parse_role_change(std::string_view text);
base::Result<RegisterSkip> parse_register_skip(std::string_view text);
base::Result<RelayStatement> parse_relay(std::string_view text);

// What the signer of an entry of the chain says to have seen; nothing where the entry does not say
// it, or is out of form.
std::optional<Views> views_in(std::string_view entry);

// A one-time or last-resort age recipient of a device, signed by the device. Not in the chain: the
// relay hands it out.
struct Prekey {
  DeviceName device;
  std::string id;         // 16 hex digits
  std::string suite;      // "age-x25519"
  std::string recipient;  // age1...
  bool last_resort = true;
  base::Time at;
  base::Time expires;
};
base::Result<std::string> format(const Prekey& value);
base::Result<Prekey> parse_prekey(std::string_view text);

}  // namespace sealpost::trust
