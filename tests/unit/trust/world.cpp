#include "world.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/encoding.hpp"

namespace sealpost::testing {
namespace {

note::Signer make_key(const std::string& label) {
  const auto seed = crypto::sha256(base::as_bytes("sealpost test key " + label));
  return note::Signer::make(label.substr(0, label.find('#')),
                            crypto::SigningKey::from_seed(*crypto::SigningSeed::from(seed)))
      .value();
}

std::vector<std::string> purposes_for(trust::Role role) {
  if (role != trust::Role::kService) return {};
  return {"billing", "test-results"};
}

}  // namespace

const note::Signer& key(const std::string& label) {
  static std::map<std::string, note::Signer> keys;
  const auto found = keys.find(label);
  return found != keys.end() ? found->second : keys.emplace(label, make_key(label)).first->second;
}

std::string full(std::string_view device) { return fmt::format("{}/{}", kOrganisation, device); }

std::string invitation_key(int n) { return full(fmt::format("invitation/{:016x}", n)); }

std::string hash_of(std::string_view note) {
  return base::to_hex(crypto::sha256(base::as_bytes(note)));
}

std::string signed_by(std::string_view text, std::initializer_list<std::string> labels) {
  std::vector<const note::Signer*> signers;
  for (const std::string& label : labels) signers.push_back(&key(label));
  return note::sign(text, signers);
}

trust::Organisation organisation() {
  return {std::string(kOrganisation), verifier(std::string(kOrganisation)), kNoon};
}

trust::RelayStatement relay() {
  const auto pin = base::to_base64(crypto::sha256(base::as_bytes("tls key")));
  return {"https://relay.mercy.example:8443", "sha256//" + pin, verifier(full("relay")), kNoon};
}

trust::Certificate root_certificate(std::string_view device, trust::Role role) {
  trust::Certificate certificate;
  certificate.name = trust::parse_device_name(full(device)).value();
  certificate.role = role;
  certificate.purposes = purposes_for(role);
  certificate.key = verifier(full(device));
  certificate.issuer = "root";
  certificate.suites = {"age-x25519"};
  certificate.at = kNoon;
  certificate.expires = kNoon + 365 * kDay;
  return certificate;
}

trust::Invitation invitation(std::string_view user, trust::Role role, int n) {
  return {std::string(user),           role,  purposes_for(role),
          verifier(invitation_key(n)), kNoon, kNoon + 7 * kDay};
}

trust::Certificate invited_certificate(const trust::Chain& chain, int n, std::string_view device) {
  const auto& open = chain.invitations().at(invitation_key(n));
  trust::Certificate certificate = root_certificate(device, open.invitation.role);
  certificate.purposes = open.invitation.purposes;
  certificate.issuer = "invitation " + open.note_hash;
  return certificate;
}

trust::Certificate successor(const trust::Chain& chain, std::string_view device) {
  const trust::Device* before = chain.device(full(device));
  REQUIRE(before != nullptr);
  trust::Certificate certificate = before->certificate;
  certificate.role = before->role;
  certificate.number += 1;
  certificate.issuer = "certificate " + hash_of(before->certificate_note);
  certificate.key = verifier(full(device) + "#2");
  certificate.at = kNoon + 300 * kDay;
  certificate.expires = kNoon + 700 * kDay;
  return certificate;
}

trust::Revocation revocation(std::string target) { return {std::move(target), "", kNoon + kDay}; }

trust::Prekey prekey(std::string_view device) {
  trust::Prekey prekey;
  prekey.device = trust::parse_device_name(full(device)).value();
  prekey.id = "00112233445566ff";
  prekey.suite = "age-x25519";
  prekey.recipient = base::to_bech32("age", crypto::sha256(base::as_bytes("prekey")));
  prekey.at = kNoon;
  prekey.expires = kNoon + 30 * kDay;
  return prekey;
}

trust::Chain founded() {
  trust::Chain chain(verifier(std::string(kOrganisation)));
  must(chain, signed_by(organisation(), {std::string(kOrganisation)}));
  return chain;
}

void must(trust::Chain& chain, const std::string& entry) {
  const auto appended = chain.append(entry);
  REQUIRE_MESSAGE(appended.has_value(), (appended ? "" : appended.error().text) << "\n" << entry);
}

void add_device(trust::Chain& chain, std::string_view device, trust::Role role) {
  must(chain,
       signed_by(root_certificate(device, role), {std::string(kOrganisation), full(device)}));
}

std::string state_of(const trust::Chain& chain) {
  std::string state = fmt::format("{} {}\n", chain.size(), base::to_hex(chain.head()));
  for (const auto& [name, device] : chain.devices()) {
    state += fmt::format("{} {} {} {}\n", hash_of(device.certificate_note), device.entry,
                         device.revoked, trust::role_name(device.role));
  }
  for (const auto& [name, open] : chain.invitations()) {
    state += fmt::format("{} {} {}\n", name, open.used, open.revoked);
  }
  state += chain.relay() ? chain.relay()->url : "no relay";
  return state + "\n" + chain.policy_text().value_or("no policy");
}

}  // namespace sealpost::testing
