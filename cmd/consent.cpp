// sealpost consent: leave that people give and take back. Its verbs are beside it, consent_*.cpp.
#include "cmd/consent.hpp"

#include <fmt/format.h>

#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {

std::string listed(const std::vector<std::string>& words, const char* none) {
  return words.empty() ? std::string(none) : fmt::format("{}", fmt::join(words, ", "));
}

void add_consent(CLI::App& app, Env& env) {
  CLI::App& consent = add_group(app, "consent", "Leave that people give and take back");
  add_consent_grant(consent, env);
  add_consent_revoke(consent, env);
  add_consent_show(consent, env);
  add_consent_list(consent, env);
  add_consent_review(consent, env);
  add_consent_import(consent, env);
  add_consent_export(consent, env);
}

}  // namespace sealpost::cmd
