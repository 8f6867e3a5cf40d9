#include "receipt_world.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "trust/excerpt.hpp"

namespace sealpost::testing {
namespace {

using receipt::State;

std::string event_name(State state) {
  switch (state) {
    case State::kAccepted:
      return "message.send";
    case State::kDelivered:
      return "message.deliver";
    case State::kExpired:
      return "message.expire";
    case State::kDropped:
      return "message.drop";
    default:
      return "message." + std::string(receipt::state_name(state));
  }
}

std::string event_of_entry(const std::string& entry) {
  const std::string kind = note::statement_kind(note::parse(entry)->text).value();
  if (kind == "organisation") return "org.create";
  if (kind == "relay") return "relay.add";
  if (kind == "invitation") return "member.invite";
  return kind == "revocation" ? "device.revoke" : "member.join";
}

}  // namespace

ReceiptWorld::ReceiptWorld() : chain(verifier(std::string(kOrganisation))) {
  const std::string root(kOrganisation);
  enter(signed_by(organisation(), {root}));
  enter(signed_by(relay(), {root}));
  enter(signed_by(root_certificate("olivia/laptop", trust::Role::kOwner),
                  {root, full("olivia/laptop")}));
  join("kim/ward", trust::Role::kMember);
  join("lee/laptop", trust::Role::kMember);
  recipients = {full("kim/ward")};
}

void ReceiptWorld::enter(const std::string& entry) {
  entries.push_back({chain.size(), entry, leaves.size()});
  audit::Event event;
  event.event = event_of_entry(entry);
  event.actor = kOrganisation;
  event.details["trust"] = fmt::format("{}", chain.size());
  event.details["statement"] = hash_of(entry);
  must(chain, entry);
  log_event(std::move(event));
}

void ReceiptWorld::join(std::string_view device, trust::Role role) {
  const int n = static_cast<int>(chain.size());
  const std::string user(device.substr(0, device.find('/')));
  enter(signed_by(invitation(user, role, n), {full("olivia/laptop")}));
  enter(signed_by(invited_certificate(chain, n, device), {invitation_key(n), full(device)}));
}

void ReceiptWorld::log_event(audit::Event event) {
  if (event.at == base::Time{}) event.at = now();
  leaves.push_back(audit::to_leaf(event).value());
}

receipt::Receipt ReceiptWorld::draft(State state, std::string_view device) const {
  receipt::Receipt said;
  said.message = kMessage;
  said.from = full("lee/laptop");
  said.message_sha256 = crypto::sha256(base::as_bytes("header note"));
  said.state = state;
  said.by = full(device);
  said.at = now();
  said.log = {leaves.size(), root(leaves.size())};
  said.trust = chain.view();
  return said;
}

void ReceiptWorld::say(Said said) {
  const receipt::Receipt& receipt = said.receipt;
  const std::string label = said.key.empty() ? receipt.by : said.key;
  const note::Signer named = note::Signer::make(receipt.by, key(label).key().clone()).value();
  const std::string statement = note::sign(receipt::format(receipt).value(), named);
  audit::Event event;
  event.event = event_name(receipt.state);
  event.actor = receipt.state == State::kAccepted ? receipt.from : receipt.by;
  event.message = receipt.message;
  event.objects =
      receipt::is_relays(receipt.state) ? recipients : std::vector<std::string>{receipt.from};
  event.details["statement"] = hash_of(statement);
  if (said.event) said.event(event);
  receipts.emplace_back(statement, leaves.size());
  log_event(std::move(event));
}

void ReceiptWorld::accept() {
  receipt::Receipt said = draft(State::kAccepted, "relay");
  said.purpose = "general";
  say({said});
}

crypto::Digest ReceiptWorld::root(std::uint64_t size) const {
  merkle::Frontier frontier;
  for (std::uint64_t i = 0; i < size; ++i) frontier.append(merkle::leaf_hash(leaves[i]));
  return frontier.root();
}

std::string ReceiptWorld::checkpoint(const std::string& by) const {
  const std::string text =
      merkle::format_checkpoint({full("relay"), leaves.size(), root(leaves.size())});
  return note::sign(text, note::Signer::make(full("relay"), key(by).key().clone()).value());
}

receipt::Record ReceiptWorld::record_of(std::optional<std::uint64_t> entry, std::string statement,
                                        std::uint64_t index) const {
  const merkle::NodeReader nodes = [this](int level, std::uint64_t at) {
    std::vector<crypto::Digest> hashes;
    for (std::uint64_t i = at << level; i < (at + 1) << level; ++i) {
      hashes.push_back(merkle::leaf_hash(leaves[i]));
    }
    return base::Result<crypto::Digest>(merkle::root_of(hashes));
  };
  return {entry,
          {std::move(statement), index, leaves[index],
           merkle::inclusion_proof(index, leaves.size(), nodes).value()}};
}

receipt::File ReceiptWorld::file() const {
  std::set<std::string> devices;
  for (const auto& [statement, index] : receipts) {
    const auto said = receipt::parse(note::parse(statement)->text).value();
    if (!receipt::is_relays(said.state)) devices.insert(said.by);
  }
  return file_with(std::move(devices));
}

receipt::File ReceiptWorld::file_with(std::set<std::string> devices) const {
  const receipt::Receipt about = draft(State::kAccepted, "relay");
  receipt::File file{
      about.message, about.from, about.message_sha256, checkpoint(full("relay")), {}};
  for (const std::uint64_t number : trust::excerpt_for(chain, std::move(devices))) {
    const flow::LoggedEntry& entry = entries[number];
    file.records.push_back(record_of(number, entry.entry, entry.index));
  }
  for (const auto& [statement, index] : receipts) {
    file.records.push_back(record_of({}, statement, index));
  }
  std::sort(file.records.begin(), file.records.end(),
            [](const auto& a, const auto& b) { return a.evidence.index < b.evidence.index; });
  return file;
}

flow::Mirror ReceiptWorld::mirror() const {
  flow::Mirror all{{full("relay"), leaves.size(), root(leaves.size())}, entries, {}};
  for (std::uint64_t size = 1; size <= leaves.size(); ++size) all.roots[size] = root(size);
  return all;
}

}  // namespace sealpost::testing
