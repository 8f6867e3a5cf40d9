// Words that wait for a person: who said what, and what somebody who has read it decides.
// sealpost-consent(1), review. One thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "flow/registry.hpp"

namespace sealpost::flow {

struct Unclear {
  reg::Contact contact;
  reg::Paused pause;
  std::string word;  // empty when the contact was shredded
};
// As the vault has read the register.
base::Result<void> each_unclear(const Installation& installation,
                                const std::function<base::Result<void>(Unclear)>& visit);
// Reads the register on, and finds words by the pause's id or a beginning of it, of eight digits or
// more. kUsage, kNotFound, also when it was decided before, kConflict when it fits several; errors
// of open_register().
base::Result<Unclear> find_unclear(Installation& installation, const std::string& pause,
                                   Context& context);

struct Verdict {
  bool revoke = false;  // else all goes on as before
  // With revoke what is taken back; empty: all.
  std::vector<std::string> purposes;
  std::vector<std::string> channels;
};
// kUsage for a purpose or a channel that there is not, kNotFound when somebody else was first.
base::Result<void> decide_unclear(Installation& installation, const Unclear& unclear,
                                  const Verdict& verdict, Context& context);

}  // namespace sealpost::flow
