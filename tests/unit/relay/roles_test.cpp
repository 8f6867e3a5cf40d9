// Every role against every route. The list of routes is the relay's own: a route that is added
// fails here until somebody has said who may use it.
#include <doctest/doctest.h>

#include <map>

#include "house.hpp"
#include "relay/routes.hpp"

using namespace sealpost;
using namespace sealpost::testing;
using trust::Role;

namespace {

// A device of each role, in the order of the columns below.
struct Holder {
  Role role;
  std::string device;  // without the organisation
};
const std::vector<Holder> kHolders{
    {Role::kOwner, "olivia/desk"},    {Role::kAdmin, "ada/desk"},
    {Role::kMember, "dr.lee/laptop"}, {Role::kService, "lab/server"},
    {Role::kAuditor, "auditor/desk"}, {Role::kPrivacy, "priya/desk"},
    {Role::kCustodian, "carl/desk"},
};

constexpr std::string_view kAll = "owner admin member service auditor privacy custodian";
constexpr std::string_view kMessaging = "owner admin member custodian";
constexpr std::string_view kSending = "owner admin member service custodian";
constexpr std::string_view kLog = "owner auditor privacy";
constexpr std::string_view kLookingUp = "owner admin member service privacy custodian";
constexpr std::string_view kNone;

// Who gets through the door of a route. What comes then is the handler's: whoever may bring an
// entry of the trust chain, for one, the chain judges.
const std::map<std::string, std::string_view> kMatrix{
    {"GET /livez", kAll},
    {"GET /readyz", kAll},
    {"GET /metrics", kAll},
    {"GET /v1/relay", kAll},
    {"GET /v1/trust", kAll},
    {"GET /v1/trust/evidence", kAll},
    {"POST /v1/trust", kAll},
    {"POST /v1/enrol", kNone},
    {"GET /v1/mfa", kAll},
    {"POST /v1/mfa/enrol", kAll},
    {"POST /v1/mfa/verify", kAll},
    {"POST /v1/mfa/reset", "owner admin"},
    {"GET /v1/orders", kAll},
    {"POST /v1/orders", kAll},
    {"GET /v1/orders/{}", kAll},
    {"POST /v1/orders/answer", kAll},
    {"GET /v1/prekeys", kLookingUp},
    {"POST /v1/prekeys", kLookingUp},
    {"POST /v1/prekeys/claim", kSending},
    {"POST /v1/messages", kSending},
    {"POST /v1/messages/{}/envelopes", kSending},
    {"GET /v1/inbox", kMessaging},
    {"POST /v1/inbox/acknowledge", kMessaging},
    {"POST /v1/receipts", kMessaging},
    {"GET /v1/receipts", kSending},
    {"GET /v1/messages/{}/evidence", kSending},
    {"GET /l", kAll},
    {"POST /v1/links/{}/look", kAll},
    {"POST /v1/links/{}/claim", kAll},
    {"POST /v1/links/{}/commit", kAll},
    {"POST /v1/links/{}/leaves", kAll},
    {"POST /v1/links/{}/blob", kAll},
    {"POST /v1/links/{}/reply", kAll},
    {"POST /v1/links/{}/stop", kAll},
    {"GET /v1/replies", kSending},
    {"POST /v1/replies/acknowledge", kSending},
    {"GET /v1/stops", kMessaging},
    {"POST /v1/stops/recorded", kMessaging},
    {"POST /v1/stops/lift", kMessaging},
    {"POST /v1/recalls", kSending},
    {"GET /v1/recalls/{}", kSending},
    {"GET /v1/recalls/{}/evidence", kSending},
    {"POST /v1/exports", kSending},
    {"POST /v1/journal", kAll},
    {"POST /v1/blobs", kSending},
    {"PUT /v1/blobs/{}/parts/{}", kSending},
    {"POST /v1/blobs/{}/complete", kSending},
    {"GET /v1/blobs/{}", kLookingUp},
    {"GET /v1/blobs/{}/leaves", kLookingUp},
    {"GET /v1/register/{}", kLookingUp},
    {"GET /v1/register/{}/entries", kLookingUp},
    {"POST /v1/register/{}/entries", kMessaging},
    {"POST /v1/register/{}/grants", kMessaging},
    {"GET /v1/register/{}/grant", kLookingUp},
    {"POST /v1/register/{}/grant/missed", kLookingUp},
    {"POST /v1/decisions", kSending},
    {"GET /v1/audit/checkpoint", kAll},
    {"GET /v1/audit/cosigned", kAll},
    {"GET /v1/audit/floor", kAll},
    {"GET /v1/audit/tile/entries/**", kLog},
    {"GET /v1/audit/tile/**", kAll},
    {"GET /v1/audit/events", kLog},
    {"POST /v1/audit/exports", kLog},
    {"POST /v1/audit/reviews", kLog},
};

std::string name_of(const relay::Route& route) {
  return std::string(route.method) + " " + std::string(route.pattern);
}

// Something that the pattern matches and no handler finds.
std::string target_of(std::string_view pattern) {
  std::string out(pattern);
  for (std::size_t at = out.find("{}"); at != std::string::npos; at = out.find("{}", at)) {
    out.replace(at, 2, "1");
  }
  if (out.ends_with("**")) out.replace(out.size() - 2, 2, "0/001");
  return out;
}

bool names(std::string_view roles, Role role) {
  return (" " + std::string(roles) + " ").find(" " + std::string(trust::role_name(role)) + " ") !=
         std::string::npos;
}

void add_missing_roles(House& house) {
  for (const Holder& holder : kHolders) {
    if (house.chain.device(full(holder.device)) != nullptr) continue;
    const std::string entry = signed_by(root_certificate(holder.device, holder.role),
                                        {std::string(kOrganisation), full(holder.device)});
    REQUIRE(house.post_trust(kOlivia, entry).status == 200);
  }
}

bool refused(House& house, const Holder& holder, const relay::Route& route) {
  const HttpAnswer answer =
      house.ask(full(holder.device), std::string(route.method), target_of(route.pattern));
  return answer.status == 403 && code_of(answer) == "denied";
}

}  // namespace

TEST_CASE("the matrix has a row for each route, and none for others") {
  std::set<std::string> routes;
  for (const relay::Route& route : relay::routes()) {
    routes.insert(name_of(route));
    CHECK_MESSAGE(kMatrix.contains(name_of(route)), name_of(route),
                  ": say in the matrix which roles may use it");
  }
  for (const auto& [name, roles] : kMatrix) CHECK_MESSAGE(routes.contains(name), name);
}

TEST_CASE("every role gets through the doors that are its own, and through no other") {
  House house;
  add_missing_roles(house);
  house.checkpoint();
  for (const Holder& holder : kHolders) {
    for (const relay::Route& route : relay::routes()) {
      const std::string name = name_of(route);
      CAPTURE(name);
      CAPTURE(holder.device);
      if (!kMatrix.contains(name)) continue;
      CHECK(refused(house, holder, route) == !names(kMatrix.at(name), holder.role));
    }
  }
}

TEST_CASE("every operation of every role is what the manual says; what it does not say is denied") {
  using enum trust::Operation;
  const std::map<trust::Operation, std::string_view> table{
      {kReadTrust, kAll},           {kInvite, "owner admin"},   {kRevoke, "owner admin"},
      {kSetPolicy, "owner admin"},  {kResetMfa, "owner admin"}, {kPublishPrekey, kLookingUp},
      {kClaimPrekeys, kSending},    {kSend, kSending},          {kReceive, kMessaging},
      {kReadReceipts, kSending},    {kReadLog, kLog},           {kReadRegister, kLookingUp},
      {kWriteRegister, kMessaging},
  };
  for (const auto& [operation, roles] : table) {
    for (const Holder& holder : kHolders) {
      CAPTURE(static_cast<int>(operation));
      CAPTURE(holder.device);
      CHECK(trust::allowed(holder.role, operation) == names(roles, holder.role));
    }
  }
}

TEST_CASE("a service sends for the purposes that it has, and not for those that it had") {
  House house;
  wire::Submission sent = house.message(1);
  sent.purpose = "appointment-reminder";
  CHECK(house.submit(kService, sent).error_code == "denied");
  sent.purpose = "test-results";
  CHECK(house.submit(kService, sent).accepted);
  trust::RoleChange change{"lab", Role::kService, {"billing"}, "", kNoon + kDay};
  REQUIRE(house.post_trust(kOlivia, signed_by(change, {kOlivia})).status == 200);
  sent = house.message(2);
  CHECK(house.submit(kService, sent).error_code == "denied");
  sent.purpose = "billing";
  CHECK(house.submit(kService, sent).accepted);
}
