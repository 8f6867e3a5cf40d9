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
// What a person wrote for a device, in the eyes of `own`: "laptop" is one of the same user,
// "dr.lee/laptop" one of the same organisation; or the full name. kUsage.
base::Result<DeviceName> device_meant(std::string_view text, const DeviceName& own);

// mercy.example/invitation/9f86d081884c7d65: the name of the key that an invitation delegates to.
bool is_invitation_key(std::string_view text, std::string_view organisation);
// Lower-case letters, digits and dashes, starting with a letter or digit, at most 64 bytes.
bool is_purpose(std::string_view text);

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
  kResetMfa,  // of other members
  kPublishPrekey,
  kClaimPrekeys,
  kSend,          // messages and blobs
  kReceive,       // inbox, acknowledgements, receipts, blobs of received messages
  kReadReceipts,  // evidence of messages one sent or received
  kReadLog,       // audit entries and events
  kReadRegister,  // contacts, consents, agreements and groups; a service also needs a purpose
  kWriteRegister,
  kSkipRegister,  // have entries given up that hold up its readers
  kRecall,        // messages that the device itself sent
  kRecallAny,     // everybody's
};
bool allowed(Role role, Operation operation);

// Whether a device of role `inviter` may invite a device of role `invited` for any user. Only the
// root invites owners and admins. (Every device may invite another one of its own user and role,
// except owners and admins, whose devices the root invites.)
bool may_invite(Role inviter, Role invited);
// Whether a device of role `by` may make a user of role `from` one of role `to`. Only the root
// makes and unmakes owners and admins.
inline bool may_change_role(Role by, Role from, Role to) {
  return may_invite(by, from) && may_invite(by, to);
}

}  // namespace sealpost::trust
