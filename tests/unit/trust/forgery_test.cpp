// Every way to cheat the trust chain that we could think of, as a table: what is forged, which Code
// it is refused with, and a part of the sentence. All start from the same honest chain, and a
// refusal must leave it exactly as it was.
#include <doctest/doctest.h>

#include <functional>

#include "world.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using base::Code;
using trust::Certificate;
using trust::Chain;
using trust::Invitation;
using trust::Role;

namespace {

const std::string kRoot(kOrganisation);
const std::string kLee = full("dr.lee/laptop");
const std::string kOwner = full("olivia/laptop");
const std::string kAdmin = full("adam/desk");
const std::string kGone = full("mallory/phone");  // an admin that was revoked
constexpr int kUsed = 1;                          // dr.lee's
constexpr int kOpen = 2;                          // nurse.kim's, not used yet
constexpr int kRevoked = 3;                       // for a user zed
constexpr int kServiceOpen = 4;                   // for bot: billing, test-results
constexpr int kFresh = 5;                         // not in the chain

Chain honest() {
  Chain chain = founded();
  must(chain, signed_by(relay(), {kRoot}));
  add_device(chain, "olivia/laptop", Role::kOwner);
  add_device(chain, "adam/desk", Role::kAdmin);
  add_device(chain, "mallory/phone", Role::kAdmin);
  add_device(chain, "robot/server", Role::kService);
  must(chain, signed_by(invitation("dr.lee", Role::kMember, kUsed), {kAdmin}));
  must(chain, signed_by(invited_certificate(chain, kUsed, "dr.lee/laptop"),
                        {invitation_key(kUsed), kLee}));
  must(chain, signed_by(invitation("nurse.kim", Role::kMember, kOpen), {kAdmin}));
  must(chain, signed_by(invitation("zed", Role::kMember, kRevoked), {kAdmin}));
  must(chain, signed_by(revocation(invitation_key(kRevoked)), {kAdmin}));
  must(chain, signed_by(invitation("bot", Role::kService, kServiceOpen), {kOwner}));
  must(chain, signed_by(revocation(kGone), {kRoot}));
  return chain;
}

struct Forgery {
  const char* what;
  Code code;
  const char* reason;
  std::function<std::string(const Chain&)> make;
};

void check_all_refused(const std::vector<Forgery>& forgeries) {
  for (const Forgery& forgery : forgeries) {
    CAPTURE(forgery.what);
    Chain chain = honest();
    const std::string before = state_of(chain);
    const std::string entry = forgery.make(chain);
    const auto result = chain.append(entry);
    REQUIRE_MESSAGE(!result.has_value(), "taken in:\n" << entry);
    CHECK(base::code_name(result.error().code) == base::code_name(forgery.code));
    CHECK_MESSAGE(result.error().text.find(forgery.reason) != std::string::npos,
                  result.error().text);
    CHECK(state_of(chain) == before);
  }
}

using Signers = std::initializer_list<std::string>;

std::string kim(const Chain& chain, const std::function<void(Certificate&)>& change,
                Signers signers = {invitation_key(kOpen), full("nurse.kim/ward")}) {
  Certificate certificate = invited_certificate(chain, kOpen, "nurse.kim/ward");
  change(certificate);
  return signed_by(certificate, signers);
}

std::string lee2(const Chain& chain, const std::function<void(Certificate&)>& change,
                 Signers signers = {kLee, kLee + "#2"}) {
  Certificate certificate = successor(chain, "dr.lee/laptop");
  change(certificate);
  return signed_by(certificate, signers);
}

std::string invite(const std::function<void(Invitation&)>& change, Signers signers) {
  Invitation value = invitation("newcomer", Role::kMember, kFresh);
  change(value);
  return signed_by(value, signers);
}

// The certificate for a key that somebody else has, under the device's name.
std::string with_key_of(const std::string& label, Certificate certificate, Signers signers) {
  const note::Signer own =
      note::Signer::make(certificate.name.str(), key(label).key().clone()).value();
  certificate.key = own.verifier();
  const std::string text = trust::format(certificate).value();
  return signed_by(text, signers) + own.signature_line(text);
}

void as_it_is(Certificate&) {}
void as_drafted(Invitation&) {}

std::string tampered(std::string note, std::string_view from, std::string_view to) {
  const std::size_t at = note.find(from);
  REQUIRE(at != std::string::npos);
  return note.replace(at, from.size(), to);
}

const std::vector<Forgery> kFoundations{
    {"a second organisation statement", Code::kConflict, "one organisation's statement",
     [](const Chain&) { return signed_by(organisation(), {kRoot}); }},
    {"another root of the same name, in place of ours", Code::kConflict, "one organisation's",
     [](const Chain&) {
       trust::Organisation other = organisation();
       other.root = verifier(kRoot + "#evil");
       return signed_by(other, {kRoot + "#evil"});
     }},
    {"a relay named by an owner", Code::kVerificationFailed, "signed what others must sign",
     [](const Chain&) { return signed_by(relay(), {kOwner}); }},
    {"a relay named by a self-made root", Code::kVerificationFailed, "signed what others",
     [](const Chain&) { return signed_by(relay(), {kRoot + "#evil"}); }},
    {"a relay of another organisation", Code::kDenied, "another organisation",
     [](const Chain&) {
       trust::RelayStatement other = relay();
       other.log = verifier("other.example/relay");
       return signed_by(other, {kRoot});
     }},
    {"a policy set by a member", Code::kDenied, "may not set the policy",
     [](const Chain&) {
       return signed_by("sealpost/v1/policy\nat: 2026-11-21T12:00:00Z\n", {kLee});
     }},
    {"a policy set by a revoked admin", Code::kRevoked, "is revoked",
     [](const Chain&) {
       return signed_by("sealpost/v1/policy\nat: 2026-11-21T12:00:00Z\n", {kGone});
     }},
    {"a policy without a time", Code::kMalformed, "at",
     [](const Chain&) { return signed_by("sealpost/v1/policy\npurpose: x\n", {kRoot}); }},
    {"a kind that belongs elsewhere", Code::kMalformed, "no place in the trust chain",
     [](const Chain&) { return signed_by(prekey("dr.lee/laptop"), {kLee}); }},
    {"a kind that nobody knows", Code::kMalformed, "no place in the trust chain",
     [](const Chain&) { return signed_by("sealpost/v1/coronation\nking: mallory\n", {kRoot}); }},
    {"a signed text that is no statement", Code::kMalformed, "not a sealpost statement",
     [](const Chain&) { return signed_by("hello\n", {kRoot}); }},
    {"a statement without any signature", Code::kMalformed, "without",
     [](const Chain&) { return trust::format(relay()).value() + "\n"; }},
    {"nothing at all", Code::kMalformed, "", [](const Chain&) { return std::string(); }},
};

const std::vector<Forgery> kInvitations{
    {"an admin inviting an admin", Code::kDenied, "only the root may invite owners and admins",
     [](const Chain&) { return invite([](auto& i) { i.role = Role::kAdmin; }, {kAdmin}); }},
    {"an owner inviting an owner", Code::kDenied, "only the root",
     [](const Chain&) { return invite([](auto& i) { i.role = Role::kOwner; }, {kOwner}); }},
    {"an admin inviting itself another admin device", Code::kDenied, "only the root",
     [](const Chain&) {
       return invite([](auto& i) { i.user = "adam", i.role = Role::kAdmin; }, {kAdmin});
     }},
    {"a member inviting somebody else", Code::kDenied, "own user only",
     [](const Chain&) { return invite(as_drafted, {kLee}); }},
    {"a member inviting itself in a wider role", Code::kDenied, "own role only",
     [](const Chain&) {
       return invite([](auto& i) { i.user = "dr.lee", i.role = Role::kCustodian; }, {kLee});
     }},
    {"a service handing on purposes that it does not have", Code::kDenied, "does not have",
     [](const Chain&) {
       return invite(
           [](auto& i) {
             i.user = "robot", i.role = Role::kService;
             i.purposes = {"billing", "everything"};
           },
           {full("robot/server")});
     }},
    {"signed by a revoked admin", Code::kRevoked, "is revoked",
     [](const Chain&) { return invite(as_drafted, {kGone}); }},
    {"signed by a revoked admin and dated back", Code::kRevoked, "is revoked",
     [](const Chain&) {
       return invite([](auto& i) { i.at = kNoon + std::chrono::hours(1); }, {kGone});
     }},
    {"signed after the inviter's certificate expired", Code::kDenied, "outside the validity",
     [](const Chain&) {
       return invite([](auto& i) { i.at = kNoon + 366 * kDay, i.expires = kNoon + 367 * kDay; },
                     {kAdmin});
     }},
    {"dated back to before the inviter's certificate", Code::kDenied, "outside the validity",
     [](const Chain&) { return invite([](auto& i) { i.at = kNoon - kDay; }, {kAdmin}); }},
    {"signed by an invitation's key", Code::kVerificationFailed, "no device of the organisation",
     [](const Chain&) { return invite(as_drafted, {invitation_key(kOpen)}); }},
    {"signed by another key under the admin's name", Code::kVerificationFailed,
     "not with its present key",
     [](const Chain&) { return invite(as_drafted, {kAdmin + "#evil"}); }},
    {"signed by a self-made root", Code::kVerificationFailed, "not with its present key",
     [](const Chain&) { return invite(as_drafted, {kRoot + "#evil"}); }},
    {"signed by a stranger", Code::kVerificationFailed, "no device of the organisation",
     [](const Chain&) { return invite(as_drafted, {"other.example/eve/laptop"}); }},
    {"signed by two", Code::kVerificationFailed, "exactly one signature",
     [](const Chain&) {
       return invite(as_drafted, {kAdmin, kOwner});
     }},
    {"with the user changed after signing", Code::kVerificationFailed, "is wrong",
     [](const Chain&) {
       return tampered(invite(as_drafted, {kAdmin}), "user: newcomer", "user: mallory3");
     }},
    {"with the key of an invitation that stands already", Code::kConflict, "stands in the chain",
     [](const Chain&) {
       return invite([](auto& i) { i.key = verifier(invitation_key(kUsed) + "#2"); }, {kAdmin});
     }},
    {"into another organisation", Code::kDenied, "another organisation",
     [](const Chain&) {
       return invite([](auto& i) { i.key = verifier("other.example/invitation/00000000000000a1"); },
                     {kAdmin});
     }},
    {"of a user who has another role", Code::kConflict, "has the role owner already",
     [](const Chain&) { return invite([](auto& i) { i.user = "olivia"; }, {kAdmin}); }},
};

const std::vector<Forgery> kFirstCertificates{
    {"without the device's own signature", Code::kVerificationFailed,
     "signature of mercy.example/nurse.kim/ward is missing",
     [](const Chain& c) { return kim(c, as_it_is, {invitation_key(kOpen)}); }},
    {"without the invitation's signature", Code::kVerificationFailed, "no invitation",
     [](const Chain& c) { return kim(c, as_it_is, {full("nurse.kim/ward")}); }},
    {"signed by another key in the invitation's name", Code::kVerificationFailed,
     "not with its present key",
     [](const Chain& c) {
       return kim(c, as_it_is, {invitation_key(kOpen) + "#2", full("nurse.kim/ward")});
     }},
    {"signed by an admin in the invitation's stead", Code::kVerificationFailed, "no invitation",
     [](const Chain& c) {
       return kim(c, as_it_is, {kAdmin, full("nurse.kim/ward")});
     }},
    {"with a third signature", Code::kVerificationFailed, "signed what others must sign",
     [](const Chain& c) {
       return kim(c, as_it_is, {invitation_key(kOpen), full("nurse.kim/ward"), kLee});
     }},
    {"with a signature twice", Code::kVerificationFailed, "twice",
     [](const Chain& c) {
       return kim(c, as_it_is,
                  {invitation_key(kOpen), invitation_key(kOpen), full("nurse.kim/ward")});
     }},
    {"with the key changed after signing", Code::kVerificationFailed, "not with its present key",
     [](const Chain& c) {
       return tampered(kim(c, as_it_is), verifier(full("nurse.kim/ward")).vkey(),
                       verifier(full("nurse.kim/ward") + "#2").vkey());
     }},
    {"for another user than invited", Code::kDenied, "is for nurse.kim, not for adam",
     [](const Chain& c) {
       return kim(c, [](auto& k) { k.name.user = "adam", k.key = verifier(full("adam/ward")); },
                  {invitation_key(kOpen), full("adam/ward")});
     }},
    {"in a wider role than invited", Code::kDenied, "for the role member, not for admin",
     [](const Chain& c) { return kim(c, [](auto& k) { k.role = Role::kAdmin; }); }},
    {"of a service with wider purposes than invited", Code::kDenied, "purposes",
     [](const Chain& c) {
       Certificate bot = invited_certificate(c, kServiceOpen, "bot/server");
       bot.purposes.push_back("general");
       return signed_by(bot, {invitation_key(kServiceOpen), full("bot/server")});
     }},
    {"with an invitation that was used", Code::kConflict, "used already",
     [](const Chain& c) {
       return signed_by(invited_certificate(c, kUsed, "dr.lee/phone"),
                        {invitation_key(kUsed), full("dr.lee/phone")});
     }},
    {"the one that used the invitation, again", Code::kConflict, "used already",
     [](const Chain& c) { return c.device(kLee)->certificate_note; }},
    {"with an invitation that was revoked", Code::kRevoked, "the invitation is revoked",
     [](const Chain& c) {
       return signed_by(invited_certificate(c, kRevoked, "zed/laptop"),
                        {invitation_key(kRevoked), full("zed/laptop")});
     }},
    {"with an invitation that is not in the chain", Code::kVerificationFailed, "no invitation",
     [](const Chain& c) {
       return kim(c, as_it_is, {invitation_key(kFresh), full("nurse.kim/ward")});
     }},
    {"after the invitation expired", Code::kDenied, "not valid at the certificate's time",
     [](const Chain& c) {
       return kim(c, [](auto& k) { k.at = kNoon + 7 * kDay + std::chrono::seconds(1); });
     }},
    {"dated back to before the invitation", Code::kDenied, "not valid at the certificate's time",
     [](const Chain& c) {
       return kim(c, [](auto& k) { k.at = kNoon - std::chrono::seconds(1); });
     }},
    {"that refers to another invitation", Code::kDenied, "refers to another invitation",
     [](const Chain& c) {
       return kim(c, [&c](auto& k) {
         k.issuer = "invitation " + c.invitations().at(invitation_key(kUsed)).note_hash;
       });
     }},
    {"that uses the invitation's key as its own", Code::kDenied, "invitation's key as its own",
     [](const Chain& c) {
       return with_key_of(invitation_key(kOpen), invited_certificate(c, kOpen, "nurse.kim/ward"),
                          {invitation_key(kOpen)});
     }},
    {"that claims the root issued it, signed by the owner", Code::kVerificationFailed,
     "signed what others must sign",
     [](const Chain&) {
       return signed_by(root_certificate("eve/laptop", Role::kOwner), {kOwner, full("eve/laptop")});
     }},
    {"that claims the root issued it, with its own signature only", Code::kVerificationFailed,
     "signature of mercy.example is missing",
     [](const Chain&) {
       return signed_by(root_certificate("eve/laptop", Role::kOwner), {full("eve/laptop")});
     }},
    {"issued by the root without the device's consent", Code::kVerificationFailed,
     "signature of mercy.example/eve/laptop is missing",
     [](const Chain&) {
       return signed_by(root_certificate("eve/laptop", Role::kMember), {kRoot});
     }},
    {"of a device that exists", Code::kConflict, "there is a device",
     [](const Chain&) {
       return signed_by(root_certificate("dr.lee/laptop", Role::kMember), {kRoot, kLee});
     }},
    {"of a device that was revoked", Code::kConflict, "there is a device",
     [](const Chain&) {
       return signed_by(root_certificate("mallory/phone", Role::kAdmin), {kRoot, kGone});
     }},
    {"of a user who has another role", Code::kConflict, "has the role member already",
     [](const Chain&) {
       return signed_by(root_certificate("dr.lee/desk", Role::kAuditor),
                        {kRoot, full("dr.lee/desk")});
     }},
    {"that makes the root's key a device's", Code::kDenied, "root's key as its own",
     [](const Chain&) {
       Certificate certificate = root_certificate("eve/laptop", Role::kMember);
       return with_key_of(kRoot, certificate, {kRoot});
     }},
    {"of another organisation's device", Code::kDenied, "another organisation",
     [](const Chain&) {
       Certificate certificate = root_certificate("eve/laptop", Role::kMember);
       certificate.name.organisation = "other.example";
       certificate.key = verifier("other.example/eve/laptop");
       return signed_by(certificate, {kRoot, "other.example/eve/laptop"});
     }},
};

const std::vector<Forgery> kSuccessors{
    {"without the predecessor's signature", Code::kVerificationFailed,
     "mercy.example/dr.lee/laptop is missing",
     [](const Chain& c) { return lee2(c, as_it_is, {kLee + "#2"}); }},
    {"without the new key's signature", Code::kVerificationFailed,
     "mercy.example/dr.lee/laptop is missing",
     [](const Chain& c) { return lee2(c, as_it_is, {kLee}); }},
    {"signed by the root in the predecessor's stead", Code::kVerificationFailed,
     "signed what others must sign",
     [](const Chain& c) {
       return lee2(c, as_it_is, {kRoot, kLee + "#2"});
     }},
    {"signed by an admin in the predecessor's stead", Code::kVerificationFailed,
     "signed what others must sign",
     [](const Chain& c) {
       return lee2(c, as_it_is, {kAdmin, kLee + "#2"});
     }},
    {"that names another predecessor", Code::kConflict, "another predecessor",
     [](const Chain& c) {
       return lee2(c, [](auto& k) { k.issuer = "certificate " + std::string(64, '0'); });
     }},
    {"that leaves out a number", Code::kConflict, "has number 1",
     [](const Chain& c) { return lee2(c, [](auto& k) { k.number = 2; }); }},
    {"with the largest number there is", Code::kConflict, "has number 1",
     [](const Chain& c) { return lee2(c, [](auto& k) { k.number = UINT64_MAX; }); }},
    {"of a device that does not exist", Code::kConflict, "no predecessor",
     [](const Chain& c) {
       Certificate certificate = successor(c, "dr.lee/laptop");
       certificate.name.device = "phone";
       certificate.key = verifier(full("dr.lee/phone"));
       return signed_by(certificate, {kLee, full("dr.lee/phone")});
     }},
    {"in a wider role", Code::kDenied, "carries the role that its user has",
     [](const Chain& c) { return lee2(c, [](auto& k) { k.role = Role::kOwner; }); }},
    {"in another role", Code::kDenied, "carries the role that its user has",
     [](const Chain& c) { return lee2(c, [](auto& k) { k.role = Role::kAuditor; }); }},
    {"with wider purposes", Code::kDenied, "its predecessor had not",
     [](const Chain& c) {
       Certificate certificate = successor(c, "robot/server");
       certificate.purposes.push_back("general");
       return signed_by(certificate, {full("robot/server"), full("robot/server") + "#2"});
     }},
    {"that begins after its predecessor expired", Code::kDenied, "predecessor's validity",
     [](const Chain& c) {
       return lee2(c, [](auto& k) { k.at = kNoon + 365 * kDay + std::chrono::seconds(1); });
     }},
    {"dated back to before its predecessor", Code::kDenied, "predecessor's validity",
     [](const Chain& c) {
       return lee2(c, [](auto& k) { k.at = kNoon - kDay, k.expires = kNoon + kDay; });
     }},
    {"that makes the root's key a device's", Code::kDenied, "root's key as its own",
     [](const Chain& c) { return with_key_of(kRoot, successor(c, "dr.lee/laptop"), {kLee}); }},
    {"of a revoked device", Code::kRevoked, "is revoked",
     [](const Chain& c) {
       return signed_by(successor(c, "mallory/phone"), {kGone, kGone + "#2"});
     }},
};

const std::vector<Forgery> kRevocations{
    {"by a member of another device", Code::kDenied, "may not revoke",
     [](const Chain&) { return signed_by(revocation(kAdmin), {kLee}); }},
    {"by an admin of an owner", Code::kDenied, "may not revoke a device of the role owner",
     [](const Chain&) { return signed_by(revocation(kOwner), {kAdmin}); }},
    {"by a revoked admin", Code::kRevoked, "is revoked",
     [](const Chain&) { return signed_by(revocation(kLee), {kGone}); }},
    {"by an invitation's key", Code::kVerificationFailed, "no device",
     [](const Chain&) {
       return signed_by(revocation(invitation_key(kOpen)), {invitation_key(kOpen)});
     }},
    {"by an admin whose certificate expired", Code::kDenied, "outside the validity",
     [](const Chain&) {
       trust::Revocation late = revocation(kLee);
       late.at = kNoon + 366 * kDay;
       return signed_by(late, {kAdmin});
     }},
    {"of a device that is revoked already", Code::kConflict, "revoked already",
     [](const Chain&) { return signed_by(revocation(kGone), {kRoot}); }},
    {"of a device that does not exist", Code::kNotFound, "there is no device",
     [](const Chain&) { return signed_by(revocation(full("nobody/laptop")), {kRoot}); }},
    {"of an invitation that does not exist", Code::kNotFound, "no such invitation",
     [](const Chain&) { return signed_by(revocation(invitation_key(kFresh)), {kRoot}); }},
    {"of an invitation that was used", Code::kConflict, "used already",
     [](const Chain&) { return signed_by(revocation(invitation_key(kUsed)), {kRoot}); }},
    {"of an invitation that is revoked already", Code::kConflict, "revoked already",
     [](const Chain&) { return signed_by(revocation(invitation_key(kRevoked)), {kRoot}); }},
    {"with the target changed after signing", Code::kVerificationFailed, "is wrong",
     [](const Chain&) {
       return tampered(signed_by(revocation(kLee), {kAdmin}), "dr.lee/laptop", "dr.lee/deskto");
     }},
};

}  // namespace

TEST_CASE("the drafts that are forged below are taken in when nothing is wrong with them") {
  Chain chain = honest();
  must(chain, kim(chain, as_it_is));
  must(chain, lee2(chain, as_it_is));
  must(chain, invite(as_drafted, {kAdmin}));
  must(chain, signed_by(invited_certificate(chain, kServiceOpen, "bot/server"),
                        {invitation_key(kServiceOpen), full("bot/server")}));
  must(chain, signed_by(revocation(kLee), {kAdmin}));
}

TEST_CASE("forged foundations") { check_all_refused(kFoundations); }

TEST_CASE("a chain takes nothing before its own organisation's statement") {
  const std::string self_made = kRoot + "#evil";
  trust::Organisation evil = organisation();
  evil.root = verifier(self_made);
  trust::Organisation other = organisation();
  other.name = "other.example";
  other.root = verifier("other.example");
  struct Row {
    std::string entry;
    Code code;
  };
  for (const Row& row : {
           Row{signed_by(relay(), {kRoot}), Code::kMalformed},
           Row{signed_by(evil, {self_made}), Code::kVerificationFailed},
           Row{signed_by(evil, {kRoot}), Code::kVerificationFailed},
           Row{signed_by(organisation(), {self_made}), Code::kVerificationFailed},
           Row{signed_by(organisation(), {kRoot, self_made}), Code::kVerificationFailed},
           Row{signed_by(other, {"other.example"}), Code::kVerificationFailed},
       }) {
    Chain chain(verifier(kRoot));
    const auto result = chain.append(row.entry);
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == row.code);
    CHECK(chain.size() == 0);
  }
}

TEST_CASE("forged invitations") { check_all_refused(kInvitations); }

TEST_CASE("forged first certificates") { check_all_refused(kFirstCertificates); }

TEST_CASE("forged successors") { check_all_refused(kSuccessors); }

TEST_CASE("a key that was replaced has no authority any more") {
  Chain chain = honest();
  must(chain, lee2(chain, as_it_is));
  trust::Revocation later = revocation(kLee);
  later.at = kNoon + 301 * kDay;
  const auto result = chain.append(signed_by(later, {kLee}));
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == Code::kVerificationFailed);
  must(chain, signed_by(later, {kLee + "#2"}));
}

TEST_CASE("forged revocations") { check_all_refused(kRevocations); }
