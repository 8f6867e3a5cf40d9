// What covers what: the rules under CONSENT of sealpost-register(5) that status and shredding
// share. Internal to register. Pure, thread-safe.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "register/contact.hpp"

namespace sealpost::reg {

inline bool has_word(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

inline bool covers(const GrantRecord& grant, std::string_view purpose, std::string_view channel) {
  return has_word(grant.purposes, purpose) && has_word(grant.channels, channel);
}

inline bool covers(const RevokeRecord& revocation, std::string_view purpose,
                   std::string_view channel) {
  return (revocation.purposes.empty() || has_word(revocation.purposes, purpose)) &&
         (revocation.channels.empty() || has_word(revocation.channels, channel));
}

// How many of the contact's revocations, from the first on, the grant knows of: all up to the last
// that it names, for who has read that one has read those before it.
inline std::size_t known_to(const Contact& contact, const GrantRecord& grant) {
  std::size_t known = contact.revocations.size();
  while (known > 0 && !has_word(grant.after, contact.revocations[known - 1].record.id)) --known;
  return known;
}

// The first revocation, logged by `when`, that ends the grant here; null for none.
inline const Revoked* ended_by(const Contact& contact, const GrantRecord& grant,
                               std::string_view purpose, std::string_view channel,
                               base::Time when) {
  for (std::size_t i = known_to(contact, grant); i < contact.revocations.size(); ++i) {
    const Revoked& revoked = contact.revocations[i];
    if (revoked.where.at <= when && covers(revoked.record, purpose, channel)) return &revoked;
  }
  return nullptr;
}

}  // namespace sealpost::reg
