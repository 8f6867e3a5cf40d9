// Changes of role, ending one's own devices, and what signers say to have seen.
#include <doctest/doctest.h>

#include <algorithm>

#include "trust/excerpt.hpp"
#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using trust::Chain;
using trust::Role;

namespace {

const std::string kRoot(kOrganisation);

trust::RoleChange role_change(std::string_view user, Role role) {
  trust::RoleChange change{std::string(user), role, {}, "", kNoon + kDay};
  if (role == Role::kService) change.purposes = {"billing"};
  return change;
}

Chain house() {
  Chain chain = founded();
  must(chain, signed_by(relay(), {kRoot}));
  add_device(chain, "olivia/desk", Role::kOwner);
  add_device(chain, "ada/desk", Role::kAdmin);
  add_device(chain, "dr.lee/laptop", Role::kMember);
  add_device(chain, "dr.lee/phone", Role::kMember);
  add_device(chain, "nurse.kim/ward", Role::kMember);
  return chain;
}

Code refused(Chain& chain, const std::string& entry) {
  const std::string before = state_of(chain);
  const auto taken = chain.append(entry);
  REQUIRE_FALSE(taken.has_value());
  CHECK(state_of(chain) == before);
  return taken.error().code;
}

// The next certificate with the same key, as a renewal makes it.
trust::Certificate renewal(const Chain& chain, std::string_view device) {
  trust::Certificate certificate = successor(chain, device);
  certificate.key = chain.device(full(device))->certificate.key;
  return certificate;
}

}  // namespace

TEST_CASE("a change of role holds for all devices of the user at once, and for no others") {
  Chain chain = house();
  must(chain, signed_by(role_change("dr.lee", Role::kAuditor), {full("ada/desk")}));
  CHECK(chain.device(full("dr.lee/laptop"))->role == Role::kAuditor);
  CHECK(chain.device(full("dr.lee/phone"))->role == Role::kAuditor);
  CHECK(chain.device(full("nurse.kim/ward"))->role == Role::kMember);
  must(chain, signed_by(role_change("dr.lee", Role::kService), {full("olivia/desk")}));
  CHECK(chain.device(full("dr.lee/phone"))->purposes == std::vector<std::string>{"billing"});
}

TEST_CASE("owners and admins change roles below admin; only the root makes and unmakes those") {
  Chain chain = house();
  for (const std::string author : {"ada/desk", "olivia/desk"}) {
    CAPTURE(author);
    for (const Role role : {Role::kOwner, Role::kAdmin}) {
      CHECK(refused(chain, signed_by(role_change("dr.lee", role), {full(author)})) ==
            Code::kDenied);
    }
    for (const std::string user : {"ada", "olivia"}) {
      CHECK(refused(chain, signed_by(role_change(user, Role::kMember), {full(author)})) ==
            Code::kDenied);
    }
  }
  for (const std::string author : {"dr.lee/laptop", "nurse.kim/ward"}) {
    CHECK(refused(chain, signed_by(role_change("dr.lee", Role::kAuditor), {full(author)})) ==
          Code::kDenied);
  }
  must(chain, signed_by(role_change("dr.lee", Role::kAdmin), {kRoot}));
  must(chain, signed_by(role_change("nurse.kim", Role::kAuditor), {full("dr.lee/phone")}));
  must(chain, signed_by(role_change("dr.lee", Role::kMember), {kRoot}));
  CHECK(refused(chain, signed_by(role_change("nurse.kim", Role::kMember),
                                 {full("dr.lee/phone")})) == Code::kDenied);
}

TEST_CASE("a role that is there already, or that nobody could have, is refused") {
  Chain chain = house();
  CHECK(refused(chain, signed_by(role_change("dr.lee", Role::kMember), {kRoot})) ==
        Code::kConflict);
  CHECK(refused(chain, signed_by(role_change("nobody", Role::kMember), {kRoot})) ==
        Code::kNotFound);
  must(chain, signed_by(revocation(full("nurse.kim/ward")), {kRoot}));
  CHECK(refused(chain, signed_by(role_change("nurse.kim", Role::kAuditor), {kRoot})) ==
        Code::kNotFound);
}

TEST_CASE("certificates made after a change of role carry the new one") {
  Chain chain = house();
  must(chain, signed_by(role_change("dr.lee", Role::kAuditor), {full("ada/desk")}));
  trust::Certificate next = renewal(chain, "dr.lee/laptop");
  next.role = Role::kMember;
  CHECK(refused(chain, signed_by(next, {full("dr.lee/laptop")})) == Code::kDenied);
  next.role = Role::kAuditor;
  must(chain, signed_by(next, {full("dr.lee/laptop")}));
  CHECK(chain.device(full("dr.lee/laptop"))->role == Role::kAuditor);
}

TEST_CASE("a service that was made one keeps to its purposes when it renews") {
  Chain chain = house();
  must(chain, signed_by(role_change("dr.lee", Role::kService), {full("ada/desk")}));
  trust::Certificate next = renewal(chain, "dr.lee/laptop");
  next.role = Role::kService;
  next.purposes = {"billing", "test-results"};
  CHECK(refused(chain, signed_by(next, {full("dr.lee/laptop")})) == Code::kDenied);
  next.purposes = {"billing"};
  must(chain, signed_by(next, {full("dr.lee/laptop")}));
}

TEST_CASE("open invitations for the earlier role are void, also when the role is given back") {
  Chain chain = house();
  must(chain, signed_by(invitation("dr.lee", Role::kMember, 1), {full("dr.lee/laptop")}));
  must(chain, signed_by(role_change("dr.lee", Role::kAuditor), {full("ada/desk")}));
  const auto certificate = invited_certificate(chain, 1, "dr.lee/desk");
  CHECK(refused(chain, signed_by(certificate, {invitation_key(1), full("dr.lee/desk")})) ==
        Code::kRevoked);
  must(chain, signed_by(role_change("dr.lee", Role::kMember), {full("ada/desk")}));
  CHECK(refused(chain, signed_by(certificate, {invitation_key(1), full("dr.lee/desk")})) ==
        Code::kRevoked);
}

TEST_CASE("what a device might do at some time stays known") {
  Chain chain = house();
  const std::uint64_t before = chain.size();
  must(chain, signed_by(role_change("dr.lee", Role::kAuditor), {full("ada/desk")}));
  must(chain, signed_by(role_change("dr.lee", Role::kMember), {full("ada/desk")}));
  const trust::Device& device = *chain.device(full("dr.lee/laptop"));
  CHECK(trust::standing_at(device, before).role == Role::kMember);
  CHECK(trust::standing_at(device, before + 1).role == Role::kAuditor);
  CHECK(trust::standing_at(device, before + 2).role == Role::kMember);
  CHECK(trust::standing_at(device, 0).role == Role::kMember);
}

TEST_CASE("whoever has lost a device ends it from another one of the same user") {
  Chain chain = house();
  must(chain, signed_by(revocation(full("dr.lee/laptop")), {full("dr.lee/phone")}));
  CHECK(chain.device(full("dr.lee/laptop"))->revoked);
  CHECK(chain.device(full("dr.lee/laptop"))->ended->by == full("dr.lee/phone"));
  CHECK(refused(chain, signed_by(revocation(full("dr.lee/phone")), {full("nurse.kim/ward")})) ==
        Code::kDenied);
}

TEST_CASE(
    "an invitation that another device of the user made can be ended, unless it is an owner's") {
  Chain chain = house();
  must(chain, signed_by(invitation("dr.lee", Role::kMember, 1), {full("dr.lee/laptop")}));
  must(chain, signed_by(revocation(invitation_key(1)), {full("dr.lee/phone")}));
  // A user without devices may be invited in two roles.
  must(chain, signed_by(invitation("max", Role::kOwner, 2), {kRoot}));
  must(chain, signed_by(invitation("max", Role::kMember, 3), {full("ada/desk")}));
  must(chain, signed_by(invited_certificate(chain, 3, "max/phone"),
                        {invitation_key(3), full("max/phone")}));
  CHECK(refused(chain, signed_by(revocation(invitation_key(2)), {full("max/phone")})) ==
        Code::kDenied);
}

TEST_CASE("an owner who was made a member gets round the owner rule no more") {
  Chain chain = house();
  add_device(chain, "max/desk", Role::kOwner);
  must(chain, signed_by(role_change("max", Role::kMember), {kRoot}));
  CHECK(refused(chain, signed_by(revocation(full("olivia/desk")), {full("max/desk")})) ==
        Code::kDenied);
  CHECK(refused(chain, signed_by(revocation(full("dr.lee/phone")), {full("max/desk")})) ==
        Code::kDenied);
}

TEST_CASE("a revoked device says nothing more, however early it claims to have said it") {
  Chain chain = house();
  must(chain, signed_by(revocation(full("dr.lee/laptop")), {full("dr.lee/phone")}));
  trust::Revocation early = revocation(full("dr.lee/phone"));
  early.at = kNoon;
  CHECK(refused(chain, signed_by(early, {full("dr.lee/laptop")})) == Code::kRevoked);
  trust::Invitation invited = invitation("dr.lee", Role::kMember, 7);
  invited.at = kNoon;
  CHECK(refused(chain, signed_by(invited, {full("dr.lee/laptop")})) == Code::kRevoked);
  trust::Certificate next = successor(chain, "dr.lee/laptop");
  next.at = kNoon;
  next.expires = kNoon + 300 * kDay;
  CHECK(refused(chain, signed_by(next, {full("dr.lee/laptop"), full("dr.lee/laptop#2")})) ==
        Code::kRevoked);
}

TEST_CASE("an entry whose signer has seen another chain is not a beginning of this one") {
  Chain chain = house();
  trust::Revocation said = revocation(full("dr.lee/laptop"));
  said.seen = trust::Views{{0, {}}, chain.view()};
  CHECK(chain.check_view(signed_by(said, {full("dr.lee/phone")})).has_value());
  said.seen->trust.hash[0] ^= 1;
  CHECK(chain.check_view(signed_by(said, {full("dr.lee/phone")})).error().code ==
        Code::kVerificationFailed);
  said.seen->trust = {chain.size() + 1, chain.head()};
  CHECK(chain.check_view(signed_by(said, {full("dr.lee/phone")})).error().code ==
        Code::kVerificationFailed);
  said.seen = std::nullopt;
  CHECK(chain.check_view(signed_by(said, {full("dr.lee/phone")})).has_value());
}

TEST_CASE("views and changes of role have one spelling, and half a view is none") {
  trust::RoleChange change = role_change("dr.lee", Role::kService);
  change.reason = "moved";
  change.seen = trust::Views{{7, crypto::sha256(base::as_bytes("log"))},
                             {5, crypto::sha256(base::as_bytes("trust"))}};
  const std::string text = trust::format(change).value();
  CHECK(
      text.starts_with("sealpost/v1/role\nuser: dr.lee\nrole: service\npurpose: billing\n"
                       "reason: moved\nat: 2026-11-22T12:00:00Z\nlog: 7 "));
  const trust::RoleChange again = trust::parse_role_change(text).value();
  CHECK(again.user == "dr.lee");
  CHECK(again.purposes == std::vector<std::string>{"billing"});
  CHECK(again.seen == change.seen);
  const std::string half = text.substr(0, text.rfind("trust: "));
  CHECK(trust::parse_role_change(half).error().code == Code::kMalformed);
  CHECK_FALSE(trust::format(role_change("Dr Lee", Role::kMember)).has_value());
  change.purposes.clear();
  CHECK_FALSE(trust::format(change).has_value());
}

TEST_CASE("an excerpt has the changes of role of its devices and of whoever led there") {
  Chain chain = house();
  must(chain, signed_by(role_change("dr.lee", Role::kAdmin), {kRoot}));
  const std::uint64_t raised = chain.size() - 1;
  must(chain, signed_by(invitation("max", Role::kMember, 1), {full("dr.lee/phone")}));
  must(chain, signed_by(invited_certificate(chain, 1, "max/phone"),
                        {invitation_key(1), full("max/phone")}));
  must(chain, signed_by(role_change("dr.lee", Role::kMember), {kRoot}));
  must(chain, signed_by(renewal(chain, "dr.lee/laptop"), {full("dr.lee/laptop")}));
  must(chain, signed_by(role_change("nurse.kim", Role::kAuditor), {full("ada/desk")}));
  for (const std::string device : {"max/phone", "dr.lee/laptop", "nurse.kim/ward"}) {
    CAPTURE(device);
    const auto numbers = trust::excerpt_for(chain, {full(device)});
    Chain alone(verifier(kRoot));
    for (const std::uint64_t number : numbers) must(alone, chain.entries()[number]);
    CHECK(alone.device(full(device))->role == chain.device(full(device))->role);
  }
  const auto kim = trust::excerpt_for(chain, {full("nurse.kim/ward")});
  CHECK(std::find(kim.begin(), kim.end(), raised) == kim.end());
}

TEST_CASE("an excerpt leaves out changes of role from before its device joined") {
  Chain chain = house();
  must(chain, signed_by(role_change("dr.lee", Role::kAuditor), {full("ada/desk")}));
  must(chain, signed_by(invitation("dr.lee", Role::kAuditor, 1), {full("dr.lee/laptop")}));
  must(chain, signed_by(invited_certificate(chain, 1, "dr.lee/desk"),
                        {invitation_key(1), full("dr.lee/desk")}));
  Chain alone(verifier(kRoot));
  for (const std::uint64_t number : trust::excerpt_for(chain, {full("dr.lee/desk")})) {
    must(alone, chain.entries()[number]);
  }
  CHECK(alone.device(full("dr.lee/desk"))->role == Role::kAuditor);
}
