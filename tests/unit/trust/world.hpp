// A small organisation whose keys come from their labels, so that every test sees the same bytes.
#pragma once

#include <concepts>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "trust/chain.hpp"

namespace sealpost::testing {

inline constexpr std::string_view kOrganisation = "mercy.example";
inline constexpr base::Time kNoon{std::chrono::sys_days(std::chrono::year{2026} / 11 / 21) +
                                  std::chrono::hours(12)};
inline constexpr std::chrono::days kDay{1};

// The key of that label. What follows a '#' tells keys of one name apart:
// "mercy.example/dr.lee/laptop#2" is another key under the same name.
const note::Signer& key(const std::string& label);
inline const note::Verifier& verifier(const std::string& label) { return key(label).verifier(); }

// "dr.lee/laptop" -> "mercy.example/dr.lee/laptop"
std::string full(std::string_view device);
// The name of invitation key number n.
std::string invitation_key(int n);
std::string hash_of(std::string_view note);  // hex

std::string signed_by(std::string_view text, std::initializer_list<std::string> labels);
template <typename Statement>
requires(!std::convertible_to<const Statement&, std::string_view>) std::string
    signed_by(const Statement& statement, std::initializer_list<std::string> labels) {
  return signed_by(trust::format(statement).value(), labels);
}

// Drafts that the chain takes in when the right keys sign them; a test changes one thing.
trust::Organisation organisation();
trust::RelayStatement relay();
trust::Certificate root_certificate(std::string_view device, trust::Role role);
trust::Invitation invitation(std::string_view user, trust::Role role, int n);
trust::Certificate invited_certificate(const trust::Chain& chain, int n, std::string_view device);
trust::Certificate successor(const trust::Chain& chain, std::string_view device);
trust::Revocation revocation(std::string target);
trust::Prekey prekey(std::string_view device);

// A chain with only its organisation's statement.
trust::Chain founded();
// Appends and requires that it is taken in.
void must(trust::Chain& chain, const std::string& entry);
// Certified by the root.
void add_device(trust::Chain& chain, std::string_view device, trust::Role role);
// Everything that a chain knows, to see that a refusal changed nothing.
std::string state_of(const trust::Chain& chain);

}  // namespace sealpost::testing
