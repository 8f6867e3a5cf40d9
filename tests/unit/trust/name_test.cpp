#include "trust/name.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace sealpost;
using trust::Operation;
using trust::Role;

namespace {

constexpr std::array kRoles{Role::kOwner,   Role::kAdmin,   Role::kMember,   Role::kService,
                            Role::kAuditor, Role::kPrivacy, Role::kCustodian};

}  // namespace

TEST_CASE("an organisation is called like a DNS name") {
  for (const char* good : {"mercy.example", "a.b", "st-mary.nhs.example", "1.2"}) {
    CAPTURE(good);
    CHECK(trust::is_organisation(good));
  }
  for (const std::string& bad :
       {std::string(""), std::string("mercy"), std::string("Mercy.example"), std::string("a..b"),
        std::string(".a.b"), std::string("a.b."), std::string("-a.b"), std::string("a-.b"),
        std::string("a b.c"), std::string("a/b.c"), std::string("a.b\n"), std::string("m\u00e9.fr"),
        std::string(64, 'a') + ".b", std::string(126, 'a') + "." + std::string(127, 'b')}) {
    CAPTURE(bad);
    CHECK_FALSE(trust::is_organisation(bad));
  }
}

TEST_CASE("an organisation's name has 253 bytes at most") {
  const std::string label(62, 'a');
  const std::string longest = label + "." + label + "." + label + "." + label + ".a";
  REQUIRE(longest.size() == 253);
  CHECK(trust::is_organisation(longest));
  CHECK_FALSE(trust::is_organisation(longest + "b"));
}

TEST_CASE("user and device ids keep to their alphabet, and some users are reserved") {
  for (const char* good : {"dr.lee", "o", "nurse_kim-2", "7of9", "relays"}) {
    CAPTURE(good);
    CHECK(trust::is_user(good));
  }
  for (const std::string& bad :
       {std::string(""), std::string("relay"), std::string("root"), std::string("invitation"),
        std::string(".lee"), std::string("-lee"), std::string("Dr.Lee"), std::string("dr lee"),
        std::string("dr/lee"), std::string("lee\n"), std::string(65, 'a')}) {
    CAPTURE(bad);
    CHECK_FALSE(trust::is_user(bad));
  }
  CHECK(trust::is_device("laptop-2_b"));
  CHECK(trust::is_device(std::string(32, 'a')));
  CHECK_FALSE(trust::is_device(std::string(33, 'a')));
  CHECK_FALSE(trust::is_device("lap.top"));
  CHECK_FALSE(trust::is_device(""));
}

TEST_CASE("a device's name has three parts, and reads back as it was written") {
  const auto name = trust::parse_device_name("mercy.example/dr.lee/laptop");
  REQUIRE(name);
  CHECK(*name == trust::DeviceName{"mercy.example", "dr.lee", "laptop"});
  CHECK(name->str() == "mercy.example/dr.lee/laptop");
  for (const char* bad :
       {"", "mercy.example", "mercy.example/dr.lee", "mercy.example/dr.lee/laptop/2",
        "mercy.example//laptop", "mercy/dr.lee/laptop", "mercy.example/relay/laptop",
        "mercy.example/invitation/00000000000000a1", "mercy.example/dr.lee/lap top"}) {
    CAPTURE(bad);
    const auto refused = trust::parse_device_name(bad);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::Code::kMalformed);
  }
}

TEST_CASE("an invitation's key is named by its organisation and sixteen hex digits") {
  CHECK(trust::is_invitation_key("mercy.example/invitation/9f86d081884c7d65", "mercy.example"));
  for (const char* bad :
       {"mercy.example/invitation/9f86d081884c7d6", "mercy.example/invitation/9F86d081884c7d65",
        "mercy.example/invitation/9f86d081884c7d656", "other.example/invitation/9f86d081884c7d65",
        "mercy.example/invitations/9f86d081884c7d65", "mercy.example/invitation"}) {
    CAPTURE(bad);
    CHECK_FALSE(trust::is_invitation_key(bad, "mercy.example"));
  }
}

TEST_CASE("role names read back as themselves") {
  for (Role role : kRoles) CHECK(trust::role_from_name(trust::role_name(role)) == role);
  CHECK_FALSE(trust::role_from_name("Owner"));
  CHECK_FALSE(trust::role_from_name(""));
  CHECK_FALSE(trust::role_from_name("root"));
}

// One row an operation, one column a role, in the order of kRoles. The manual has the same table.
TEST_CASE("the matrix of roles and operations") {
  struct Row {
    Operation operation;
    const char* allowed;  // owner admin member service auditor privacy custodian
  };
  constexpr std::array<Row, 14> kMatrix{{
      {Operation::kReadTrust, "yyyyyyy"},
      {Operation::kInvite, "yy-----"},
      {Operation::kRevoke, "yy-----"},
      {Operation::kSetPolicy, "yy-----"},
      {Operation::kResetMfa, "yy-----"},
      {Operation::kPublishPrekey, "yyyy-yy"},
      {Operation::kClaimPrekeys, "yyyy--y"},
      {Operation::kSend, "yyyy--y"},
      {Operation::kReceive, "yyy---y"},
      {Operation::kReadReceipts, "yyyy--y"},
      {Operation::kReadLog, "y---yy-"},
      {Operation::kReadRegister, "yyyy-yy"},
      {Operation::kWriteRegister, "yyy---y"},
      {Operation::kSkipRegister, "yy-----"},
  }};
  for (const Row& row : kMatrix) {
    for (std::size_t i = 0; i < kRoles.size(); ++i) {
      CAPTURE(static_cast<int>(row.operation));
      CAPTURE(std::string(trust::role_name(kRoles[i])));
      CHECK(trust::allowed(kRoles[i], row.operation) == (row.allowed[i] == 'y'));
    }
  }
}

TEST_CASE("a role or operation that does not exist is denied") {
  CHECK_FALSE(trust::allowed(static_cast<Role>(99), Operation::kReadTrust));
  CHECK_FALSE(trust::allowed(Role::kOwner, static_cast<Operation>(31)));
  CHECK(trust::role_name(static_cast<Role>(99)).empty());
}

TEST_CASE("owners and admins invite everybody but owners and admins") {
  for (Role inviter : kRoles) {
    for (Role invited : kRoles) {
      CAPTURE(std::string(trust::role_name(inviter)));
      CAPTURE(std::string(trust::role_name(invited)));
      const bool expected = (inviter == Role::kOwner || inviter == Role::kAdmin) &&
                            invited != Role::kOwner && invited != Role::kAdmin;
      CHECK(trust::may_invite(inviter, invited) == expected);
    }
  }
}
