// The personal fields of a contact as options, or as JSON on standard input, where no list of
// processes and no shell's history has them.
#pragma once

#include <string>

#include "cmd/env.hpp"
#include "cmd/verb.hpp"
#include "flow/contacts.hpp"

namespace sealpost::cmd {

struct ContactFields {
  std::string alias;
  std::string name;
  std::string phone;
  std::string email;
  std::string language;
  std::string birthdate;
  std::string representative;
  std::string authority;
};

// Declares all but the alias.
void add_fields(Verb verb, ContactFields& fields);
// Those that were given and, when the source is "-", what standard input says besides; the command
// line goes first. kUsage for another source, kMalformed for what is no object of fields.
base::Result<reg::Personal> read_fields(const ContactFields& given, const std::string& source,
                                        const Env& env);

}  // namespace sealpost::cmd
