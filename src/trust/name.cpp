#include "trust/name.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "text/safety.hpp"

namespace sealpost::trust {
namespace {

constexpr std::size_t kMaxOrganisation = 253;
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxUser = 64;
constexpr std::size_t kMaxDevice = 32;
constexpr std::size_t kMaxPurpose = 64;
constexpr std::size_t kInvitationDigits = 16;

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Letters, digits and `marks`, starting with a letter or digit, 1 to `longest` bytes.
bool is_word(std::string_view text, std::string_view marks, std::size_t longest) {
  if (text.empty() || text.size() > longest || !is_alphanumeric(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [marks](char c) {
    return is_alphanumeric(c) || marks.find(c) != std::string_view::npos;
  });
}

bool is_label(std::string_view text) { return is_word(text, "-", kMaxLabel) && text.back() != '-'; }

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

struct RoleRow {
  Role role;
  std::string_view name;
  std::uint32_t operations;  // one bit for each Operation
};

constexpr std::uint32_t bits() { return 0; }
template <typename... Rest>
constexpr std::uint32_t bits(Operation first, Rest... rest) {
  return 1U << static_cast<unsigned>(first) | bits(rest...);
}

using enum Operation;
constexpr std::uint32_t kAdministering =
    bits(kInvite, kRevoke, kSetPolicy, kResetMfa, kSkipRegister, kRecallAny);
constexpr std::uint32_t kSending = bits(kReadTrust, kClaimPrekeys, kSend, kReadReceipts, kRecall);
// The register's key comes sealed to a prekey.
constexpr std::uint32_t kLookingUp = bits(kReadRegister, kPublishPrekey);
constexpr std::uint32_t kMessaging = kSending | kLookingUp | bits(kReceive, kWriteRegister);
constexpr std::uint32_t kAuditing = bits(kReadTrust, kReadLog);

// Who may do what. What is not here is denied.
constexpr std::array<RoleRow, 7> kRoles{{
    {Role::kOwner, "owner", kAdministering | kMessaging | kAuditing},
    {Role::kAdmin, "admin", kAdministering | kMessaging},
    {Role::kMember, "member", kMessaging},
    {Role::kService, "service", kSending | kLookingUp},
    {Role::kAuditor, "auditor", kAuditing},
    {Role::kPrivacy, "privacy", kAuditing | kLookingUp},
    {Role::kCustodian, "custodian", kMessaging},
}};

}  // namespace

bool is_organisation(std::string_view text) {
  if (text.size() > kMaxOrganisation) return false;
  const auto labels = base::split(text, '.');
  return labels.size() >= 2 && std::all_of(labels.begin(), labels.end(), is_label);
}

bool is_user(std::string_view text) {
  constexpr std::array<std::string_view, 3> kReserved{"relay", "root", "invitation"};
  return is_word(text, ".-_", kMaxUser) &&
         std::find(kReserved.begin(), kReserved.end(), text) == kReserved.end();
}

bool is_device(std::string_view text) { return is_word(text, "-_", kMaxDevice); }

base::Result<DeviceName> parse_device_name(std::string_view text) {
  const auto parts = base::split(text, '/');
  if (parts.size() != 3 || !is_organisation(parts[0]) || !is_user(parts[1]) ||
      !is_device(parts[2])) {
    return base::Error{base::Code::kMalformed, "not the name of a device",
                       "a device is called like mercy.example/dr.lee/laptop"};
  }
  return DeviceName{std::string(parts[0]), std::string(parts[1]), std::string(parts[2])};
}

base::Result<DeviceName> device_meant(std::string_view text, const DeviceName& own) {
  const auto slashes = std::count(text.begin(), text.end(), '/');
  std::string full(text);
  if (slashes < 2) full = own.organisation + "/" + full;
  if (slashes < 1) full.insert(own.organisation.size() + 1, own.user + "/");
  auto name = parse_device_name(full);
  if (name) return name;
  return base::Error{base::Code::kUsage, "\"" + text::for_terminal(text) + "\" is no device",
                     "write laptop for one of your own, dr.lee/laptop or "
                     "mercy.example/dr.lee/laptop"};
}

bool is_invitation_key(std::string_view text, std::string_view organisation) {
  const auto parts = base::split(text, '/');
  return parts.size() == 3 && parts[0] == organisation && parts[1] == "invitation" &&
         parts[2].size() == kInvitationDigits &&
         std::all_of(parts[2].begin(), parts[2].end(), is_lower_hex);
}

bool is_purpose(std::string_view text) { return is_word(text, "-", kMaxPurpose); }

std::string_view role_name(Role role) {
  const auto row = std::find_if(kRoles.begin(), kRoles.end(),
                                [role](const RoleRow& r) { return r.role == role; });
  return row == kRoles.end() ? std::string_view() : row->name;
}

std::optional<Role> role_from_name(std::string_view name) {
  const auto row = std::find_if(kRoles.begin(), kRoles.end(),
                                [name](const RoleRow& r) { return r.name == name; });
  if (row == kRoles.end()) return std::nullopt;
  return row->role;
}

bool allowed(Role role, Operation operation) {
  const auto row = std::find_if(kRoles.begin(), kRoles.end(),
                                [role](const RoleRow& r) { return r.role == role; });
  return row != kRoles.end() && (row->operations & bits(operation)) != 0;
}

bool may_invite(Role inviter, Role invited) {
  return allowed(inviter, Operation::kInvite) && invited != Role::kOwner && invited != Role::kAdmin;
}

}  // namespace sealpost::trust
