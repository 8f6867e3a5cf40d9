// What the organisation stream says: agreements and groups. sealpost-register(5). Pure,
// thread-safe.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "register/contact.hpp"

namespace sealpost::reg {

struct Agreement {
  std::string id;
  std::string party;
  std::string kind;
  std::optional<base::Time> signed_at;
  std::optional<base::Time> expires;
  std::optional<File> file;
  bool removed = false;
  Position added;
  Position changed;
  bool in_force(base::Time now) const {
    return !removed && (!signed_at || *signed_at <= now) && (!expires || now < *expires);
  }
};
// An agreement without an id takes that of its first record, which names party and kind.
// kVerificationFailed when it does not, or for a record of another agreement.
base::Result<void> apply(Agreement& agreement, const AgreementRecord& record,
                         const Position& where);
base::Bytes encode(const Agreement& agreement);
base::Result<Agreement> decode_agreement(base::ByteView bytes);

struct Group {
  std::string name;
  std::set<std::string> members;  // user ids
  bool removed = false;
  Position added;
  Position changed;
};
// A record that takes a removed group up again begins with no members. A group without a name takes
// that of its first record; kVerificationFailed for a record of another group.
base::Result<void> apply(Group& group, const GroupRecord& record, const Position& where);
base::Bytes encode(const Group& group);
base::Result<Group> decode_group(base::ByteView bytes);

}  // namespace sealpost::reg
