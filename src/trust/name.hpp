// Names of organisations, users and devices, and the roles. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::trust {

// DNS-like: labels of lower-case letters, digits and dashes, at least one dot, at most 253 bytes.
bool is_organisation(std::string_view text);
// Lower-case letters, digits, dots, dashes and underscores, starting with a letter or digit, at
// most 64 bytes; "relay", "root" and "invitation" are reserved.
bool is_user(std::string_view text);
// The same alphabet without dots, at most 32 bytes.
bool is_device(std::string_view text);

// mercy.example/dr.lee/laptop
struct DeviceName {
  std::string organisation;
  std::string user;
  std::string device;
  std::string str() const { return organisation + "/" + user + "/" + device; }
  bool operator==(const DeviceName&) const = default;
};
base::Result<DeviceName> parse_device_name(std::string_view text);  // kMalformed

enum class Role { kOwner, kAdmin, kMember, kService, kAuditor, kPrivacy, kCustodian };
std::string_view role_name(Role role);
std::optional<Role> role_from_name(std::string_view name);

// What a device may ask of the relay. The matrix of role and operation is one table in name.cpp;
// whatever is not listed there is denied.
enum class Operation {
  kReadTrust,  // trust chain, checkpoint and hash tiles
  kInvite,     // invitations for others
  kRevoke,
  kSetPolicy,
  kPublishPrekey,
  kClaimPrekeys,
  kSend,          // messages and blobs
  kReceive,       // inbox, acknowledgements, receipts, blobs of received messages
  kReadReceipts,  // evidence of messages one sent or received
  kReadLog,       // audit entries and events
};
bool allowed(Role role, Operation operation);

}  // namespace sealpost::trust
