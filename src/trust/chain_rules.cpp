#include "trust/chain_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "text/safety.hpp"

namespace sealpost::trust {
namespace {

using base::Code;
using base::Error;
using base::Result;

Error unverified(std::string text) { return {Code::kVerificationFailed, std::move(text), ""}; }

bool contains(const std::vector<note::Verifier>& keys, const note::Verifier& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

bool is_of(const note::SignatureLine& line, const note::Verifier& key) {
  return line.name == key.name() && line.key_id == key.id();
}

}  // namespace

bool within(const std::vector<std::string>& narrow, const std::vector<std::string>& wide) {
  return std::all_of(narrow.begin(), narrow.end(), [&wide](const std::string& word) {
    return std::find(wide.begin(), wide.end(), word) != wide.end();
  });
}

// What is not in this table has no place in the chain.
Result<void> ChainRules::take_in() {
  struct Rule {
    std::string_view kind;
    Result<void> (ChainRules::*check)();
  };
  constexpr std::array<Rule, 8> kRules{{
      {"organisation", &ChainRules::organisation},
      {"relay", &ChainRules::relay},
      {"policy", &ChainRules::policy},
      {"invitation", &ChainRules::invitation},
      {"certificate", &ChainRules::certificate},
      {"revocation", &ChainRules::revocation},
      {"role", &ChainRules::role},
      {"register-skip", &ChainRules::register_skip},
  }};
  TRY(const std::string kind, note::statement_kind(note_.text));
  if (chain_.entries_.empty() && kind != "organisation") {
    return Error{Code::kMalformed, "a trust chain begins with its organisation's statement", ""};
  }
  for (const Rule& rule : kRules) {
    if (rule.kind == kind) return (this->*rule.check)();
  }
  return Error{Code::kMalformed,
               fmt::format("a statement of kind \"{}\" has no place in the trust chain", kind), ""};
}

Result<void> ChainRules::require_signatures(const std::vector<note::Verifier>& keys) const {
  for (const note::SignatureLine& line : note_.signatures) {
    if (std::none_of(keys.begin(), keys.end(), [&](const auto& key) { return is_of(line, key); })) {
      return unverified(fmt::format("{} signed what others must sign, or not with its present key",
                                    text::for_terminal(line.name)));
    }
  }
  TRY(const auto valid, note::verify(note_, keys));
  for (const note::Verifier& key : keys) {
    if (!contains(valid, key)) {
      return unverified(fmt::format("the signature of {} is missing", key.name()));
    }
  }
  if (note_.signatures.size() != valid.size()) {
    return unverified("the statement carries a signature twice");
  }
  return {};
}

Result<const Device*> ChainRules::author(base::Time at) const {
  if (note_.signatures.size() != 1) {
    return unverified("the statement must carry exactly one signature");
  }
  const std::string& name = note_.signatures.front().name;
  if (name == chain_.organisation()) {
    TRY(require_signatures({chain_.root()}));
    return nullptr;
  }
  const Device* device = chain_.device(name);
  if (device == nullptr) {
    return unverified(
        fmt::format("{} signed, which is no device of the organisation", text::for_terminal(name)));
  }
  TRY(require_signatures({device->certificate.key}));
  if (device->revoked) {
    return Error{Code::kRevoked, fmt::format("{} signed, which is revoked", name), ""};
  }
  if (!within(at, device->certificate.at, device->certificate.expires)) {
    return Error{Code::kDenied,
                 fmt::format("{} signed outside the validity of its certificate", name), ""};
  }
  return device;
}

std::string ChainRules::signed_as(const Device* author) const {
  return author == nullptr ? chain_.organisation() : author->certificate.name.str();
}

Result<void> ChainRules::check_role_of_user(std::string_view user, Role role) const {
  for (const Device* device : chain_.devices_of(user)) {
    if (device->revoked || device->role == role) continue;
    return Error{Code::kConflict,
                 fmt::format("{} has the role {} already", user, role_name(device->role)),
                 "a user has one role; change it with `sealpost member role`"};
  }
  return {};
}

// Entry 0, and never again.
Result<void> ChainRules::organisation() {
  TRY(const Organisation value, parse_organisation(note_.text));
  if (!chain_.entries_.empty()) {
    return Error{Code::kConflict, "a trust chain has one organisation's statement only", ""};
  }
  if (value.root != chain_.root()) {
    return unverified("the trust chain begins with another root than the one that is trusted");
  }
  return require_signatures({chain_.root()});
}

// Signed by the root. The last one is in force.
Result<void> ChainRules::relay() {
  TRY(RelayStatement value, parse_relay(note_.text));
  if (value.log.name() != chain_.organisation() + "/relay") {
    return Error{Code::kDenied, "the relay's key carries the name of another organisation", ""};
  }
  TRY(require_signatures({chain_.root()}));
  chain_.relay_ = std::move(value);
  return {};
}

// Signed by the root, an owner or an admin. The last one is in force. What a policy says is the
// policy module's to read; here it only has to be a statement with a time.
Result<void> ChainRules::policy() {
  TRY(auto reader, note::StatementReader::open(note_.text, "policy"));
  TRY(const base::Time at, reader.time("at"));
  TRY(const Device* signer, author(at));
  if (signer != nullptr && !allowed(signer->role, Operation::kSetPolicy)) {
    return Error{Code::kDenied,
                 fmt::format("the role {} may not set the policy", role_name(signer->role)),
                 "an owner or an admin can"};
  }
  chain_.policy_ = note_.text;
  return {};
}

// Signed by the root, an owner or an admin, of a device that writes no more: so nobody's entries
// are skipped who could answer with others. What the entries are, readers of the register judge.
Result<void> ChainRules::register_skip() {
  TRY(RegisterSkip value, parse_register_skip(note_.text));
  TRY(const Device* signer, author(value.at));
  if (signer != nullptr && !allowed(signer->role, Operation::kSkipRegister)) {
    return Error{Code::kDenied,
                 fmt::format("the role {} may not have entries skipped", role_name(signer->role)),
                 "an owner or an admin can"};
  }
  const Device* writer = chain_.device(value.author);
  if (writer == nullptr) {
    return Error{Code::kNotFound, fmt::format("there is no device {}", value.author), ""};
  }
  if (!writer->revoked) {
    return Error{Code::kConflict, fmt::format("{} is not revoked", value.author),
                 "entries are skipped only of a device that cannot write more"};
  }
  chain_.skips_.push_back(std::move(value));
  return {};
}

}  // namespace sealpost::trust
