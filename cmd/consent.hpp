// The verbs of `sealpost consent`: what they share, and one declaration for each file.
#pragma once

#include <string>
#include <vector>

#include "cmd/contact.hpp"
#include "flow/consents.hpp"

namespace sealpost::cmd {

// "billing, test-results"; "every purpose" for none.
std::string listed(const std::vector<std::string>& words, const char* none);

void add_consent_grant(CLI::App& consent, Env& env);
void add_consent_revoke(CLI::App& consent, Env& env);
void add_consent_show(CLI::App& consent, Env& env);
void add_consent_list(CLI::App& consent, Env& env);
void add_consent_review(CLI::App& consent, Env& env);
void add_consent_import(CLI::App& consent, Env& env);
void add_consent_export(CLI::App& consent, Env& env);

}  // namespace sealpost::cmd
