#include "trust/chain.hpp"

#include <doctest/doctest.h>

#include <array>

#include "base/encoding.hpp"
#include "golden.hpp"
#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using trust::Chain;
using trust::Role;

namespace {

const std::string kRoot(kOrganisation);
constexpr std::array kRoles{Role::kOwner,   Role::kAdmin,   Role::kMember,   Role::kService,
                            Role::kAuditor, Role::kPrivacy, Role::kCustodian};

std::string device_of(Role role) { return std::string(trust::role_name(role)) + "1/laptop"; }

// One device for each role, certified by the root.
Chain staffed() {
  Chain chain = founded();
  for (Role role : kRoles) add_device(chain, device_of(role), role);
  return chain;
}

std::string invite(const trust::Invitation& value, std::string_view inviter) {
  return signed_by(value, {full(inviter)});
}

std::string join(const trust::Certificate& certificate, int n) {
  return signed_by(certificate, {invitation_key(n), certificate.name.str()});
}

}  // namespace

TEST_CASE("the golden chain verifies and has the heads that an independent program computed") {
  Chain chain(verifier(kRoot));
  constexpr std::array kEntries{kGoldenOrganisation, kGoldenRelay, kGoldenInvitation,
                                kGoldenCertificate, kGoldenRevocation};
  CHECK(base::to_hex(chain.head()) == kGoldenHeads[0]);
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    must(chain, std::string(kEntries[i]));
    CHECK(base::to_hex(chain.head()) == kGoldenHeads[i + 1]);
    CHECK(chain.view() == note::View{i + 1, chain.head()});
  }
  for (std::size_t i = 0; i < kGoldenHeads.size(); ++i) {
    CHECK(base::to_hex(chain.head_at(i).value()) == kGoldenHeads[i]);
  }
  CHECK(chain.head_at(6).error().code == Code::kNotFound);
  CHECK(chain.head_at(UINT64_MAX).error().code == Code::kNotFound);
  CHECK(chain.entries().at(2) == kGoldenInvitation);
}

TEST_CASE("a chain's file is split into the entries that it was made of") {
  std::string file;
  for (const auto entry : {kGoldenOrganisation, kGoldenCertificate, kGoldenRelay}) file += entry;
  const auto entries = trust::split_entries(file).value();
  REQUIRE(entries.size() == 3);
  CHECK(entries[0] == kGoldenOrganisation);
  CHECK(entries[1] == kGoldenCertificate);
  CHECK(entries[2] == kGoldenRelay);
  CHECK(trust::split_entries("").value().empty());
  const std::size_t last = file.size() - kGoldenRelay.size();
  const std::size_t second = last - kGoldenCertificate.size();
  for (std::size_t size = 1; size < file.size(); ++size) {
    const bool between_signatures =
        size > second && size < last && file.substr(0, size).ends_with("=\n");
    if (size == last || size == second || between_signatures) continue;
    CAPTURE(size);
    CHECK_FALSE(trust::split_entries(std::string_view(file).substr(0, size)).has_value());
  }
}

TEST_CASE("a chain tells what stands in it") {
  Chain chain = founded();
  must(chain, signed_by(relay(), {kRoot}));
  must(chain, signed_by("sealpost/v1/policy\npurpose: test\nat: 2026-11-21T12:00:00Z\n", {kRoot}));
  must(chain, signed_by(invitation("dr.lee", Role::kMember, 1), {kRoot}));
  CHECK(chain.invitations().at(invitation_key(1)).inviter == "mercy.example");
  CHECK_FALSE(chain.invitations().at(invitation_key(1)).used);
  const auto certificate = invited_certificate(chain, 1, "dr.lee/laptop");
  const std::string note = join(certificate, 1);
  must(chain, note);

  CHECK(chain.organisation() == "mercy.example");
  CHECK(chain.root() == verifier(kRoot));
  CHECK(chain.relay()->url == "https://relay.mercy.example:8443");
  CHECK(chain.policy_text()->find("purpose: test\n") != std::string::npos);
  CHECK(chain.invitations().at(invitation_key(1)).used);
  const trust::Device* device = chain.device(full("dr.lee/laptop"));
  REQUIRE(device != nullptr);
  CHECK(device->entry == 4);
  CHECK(device->certificate_note == note);
  CHECK_FALSE(device->revoked);
  CHECK(chain.device("mercy.example/dr.lee/phone") == nullptr);
}

TEST_CASE("the relay's statement that came last is in force") {
  Chain chain = founded();
  must(chain, signed_by(relay(), {kRoot}));
  trust::RelayStatement moved = relay();
  moved.url = "https://new.mercy.example";
  must(chain, signed_by(moved, {kRoot}));
  CHECK(chain.relay()->url == "https://new.mercy.example");
}

TEST_CASE("devices of a user are found in chain order and not mixed with similar names") {
  Chain chain = founded();
  add_device(chain, "lee/phone", Role::kMember);
  add_device(chain, "lee/laptop", Role::kMember);
  add_device(chain, "lee2/laptop", Role::kMember);
  add_device(chain, "le/laptop", Role::kMember);
  const auto devices = chain.devices_of("lee");
  REQUIRE(devices.size() == 2);
  CHECK(devices[0]->certificate.name.device == "phone");
  CHECK(devices[1]->certificate.name.device == "laptop");
  CHECK(chain.devices_of("nobody").empty());
}

TEST_CASE("a device is active until it expires or is revoked") {
  Chain chain = founded();
  add_device(chain, "dr.lee/laptop", Role::kMember);
  const std::string name = full("dr.lee/laptop");
  CHECK(chain.active_device(name, kNoon).has_value());
  CHECK(chain.active_device(name, kNoon + 365 * kDay).has_value());
  const auto late = chain.active_device(name, kNoon + 365 * kDay + std::chrono::seconds(1));
  CHECK(late.error().code == Code::kDenied);
  CHECK(chain.active_device(full("dr.lee/phone"), kNoon).error().code == Code::kNotFound);
  must(chain, signed_by(revocation(name), {kRoot}));
  CHECK(chain.active_device(name, kNoon).error().code == Code::kRevoked);
}

TEST_CASE("a device renews its certificate with the same key or a new one") {
  Chain chain = founded();
  add_device(chain, "dr.lee/laptop", Role::kMember);
  const std::string name = full("dr.lee/laptop");
  trust::Certificate same = successor(chain, "dr.lee/laptop");
  same.key = verifier(name);
  must(chain, signed_by(same, {name}));
  CHECK(chain.device(name)->certificate.number == 1);
  CHECK(chain.device(name)->entry == 2);

  must(chain, signed_by(successor(chain, "dr.lee/laptop"), {name, name + "#2"}));
  CHECK(chain.device(name)->certificate.number == 2);
  CHECK(chain.device(name)->certificate.key == verifier(name + "#2"));
  CHECK(chain.devices().size() == 1);
}

TEST_CASE("what a device signed before it changed its key stays signed by it") {
  Chain chain = founded();
  add_device(chain, "dr.lee/laptop", Role::kMember);
  const std::string name = full("dr.lee/laptop");
  must(chain, signed_by(successor(chain, "dr.lee/laptop"), {name, name + "#2"}));
  const trust::Device& device = *chain.device(name);
  REQUIRE(device.keys.size() == 2);
  const std::string text = "sealpost/v1/receipt\nmessage: x\n";
  const auto by = [&](const std::string& label) {
    return trust::key_that_signed(device, note::parse(note::sign(text, key(label))).value());
  };
  REQUIRE(by(name) != nullptr);
  CHECK(*by(name) == verifier(name));
  REQUIRE(by(name + "#2") != nullptr);
  CHECK(*by(name + "#2") == verifier(name + "#2"));
  CHECK(by("mercy.example/mallory/laptop") == nullptr);
}

TEST_CASE("who may invite whom: every pair of roles against the chain") {
  int number = 1;
  for (Role inviter : kRoles) {
    for (Role invited : kRoles) {
      CAPTURE(std::string(trust::role_name(inviter)));
      CAPTURE(std::string(trust::role_name(invited)));
      Chain chain = staffed();
      const auto for_another =
          chain.append(invite(invitation("newcomer", invited, number++), device_of(inviter)));
      CHECK(for_another.has_value() == trust::may_invite(inviter, invited));
      if (!for_another) CHECK(for_another.error().code == Code::kDenied);

      const std::string own = std::string(trust::role_name(inviter)) + "1";
      const auto for_itself =
          chain.append(invite(invitation(own, invited, number++), device_of(inviter)));
      const bool administers = inviter == Role::kOwner || inviter == Role::kAdmin;
      CHECK(for_itself.has_value() == (!administers && invited == inviter));
    }
  }
}

TEST_CASE("who may revoke whom: every pair of roles against the chain") {
  for (Role author : kRoles) {
    for (Role target : kRoles) {
      CAPTURE(std::string(trust::role_name(author)));
      CAPTURE(std::string(trust::role_name(target)));
      Chain chain = staffed();
      const auto result =
          chain.append(signed_by(revocation(full(device_of(target))), {full(device_of(author))}));
      const bool expected = author == target || author == Role::kOwner ||
                            (author == Role::kAdmin && target != Role::kOwner);
      CHECK(result.has_value() == expected);
      if (!result) CHECK(result.error().code == Code::kDenied);
      CHECK(chain.device(full(device_of(target)))->revoked == expected);
    }
  }
}

TEST_CASE("who may set the policy: every role") {
  for (Role author : kRoles) {
    CAPTURE(std::string(trust::role_name(author)));
    Chain chain = staffed();
    const auto result =
        chain.append(signed_by("sealpost/v1/policy\npurpose: test\nat: 2026-11-21T13:00:00Z\n",
                               {full(device_of(author))}));
    CHECK(result.has_value() == (author == Role::kOwner || author == Role::kAdmin));
    CHECK(chain.policy_text().has_value() == result.has_value());
  }
}

TEST_CASE("the root invites owners, and an invited service may narrow its purposes") {
  Chain chain = founded();
  must(chain, signed_by(invitation("olivia", Role::kOwner, 1), {kRoot}));
  must(chain, join(invited_certificate(chain, 1, "olivia/laptop"), 1));
  must(chain, invite(invitation("bot", Role::kService, 2), "olivia/laptop"));
  trust::Certificate narrow = invited_certificate(chain, 2, "bot/server");
  narrow.purposes = {"billing"};
  must(chain, join(narrow, 2));
  CHECK(chain.device(full("bot/server"))->certificate.purposes ==
        std::vector<std::string>{"billing"});
}

TEST_CASE("revoking a device takes its unused invitations with it, and no others") {
  Chain chain = staffed();
  must(chain, invite(invitation("one", Role::kMember, 1), "admin1/laptop"));
  must(chain, invite(invitation("two", Role::kMember, 2), "admin1/laptop"));
  must(chain, invite(invitation("three", Role::kMember, 3), "owner1/laptop"));
  must(chain, join(invited_certificate(chain, 1, "one/laptop"), 1));
  must(chain, signed_by(revocation(full("admin1/laptop")), {kRoot}));
  CHECK_FALSE(chain.device(full("one/laptop"))->revoked);
  CHECK_FALSE(chain.invitations().at(invitation_key(1)).revoked);
  CHECK(chain.invitations().at(invitation_key(2)).revoked);
  CHECK_FALSE(chain.invitations().at(invitation_key(3)).revoked);
}

TEST_CASE("an invitation is revoked by the root, by who made it and by those who may revoke") {
  for (const char* author : {"owner1/laptop", "admin1/laptop", "member1/laptop"}) {
    CAPTURE(author);
    Chain chain = staffed();
    must(chain, invite(invitation("member1", Role::kMember, 1), "member1/laptop"));
    must(chain, signed_by(revocation(invitation_key(1)), {full(author)}));
    CHECK(chain.invitations().at(invitation_key(1)).revoked);
  }
  Chain chain = staffed();
  must(chain, invite(invitation("member1", Role::kMember, 1), "member1/laptop"));
  CHECK(chain.append(signed_by(revocation(invitation_key(1)), {full("custodian1/laptop")}))
            .error()
            .code == Code::kDenied);
  must(chain, signed_by(invitation("olivia", Role::kOwner, 2), {kRoot}));
  CHECK(chain.append(signed_by(revocation(invitation_key(2)), {full("admin1/laptop")}))
            .error()
            .code == Code::kDenied);
}

TEST_CASE("a user whose devices are all revoked may come back in another role") {
  Chain chain = founded();
  add_device(chain, "dr.lee/laptop", Role::kMember);
  must(chain, signed_by(revocation(full("dr.lee/laptop")), {kRoot}));
  add_device(chain, "dr.lee/desk", Role::kAuditor);
  CHECK(chain.device(full("dr.lee/desk"))->certificate.role == Role::kAuditor);
}
