// The verbs of `audit`, each in a file of its own.
#pragma once

namespace CLI {
class App;
}

namespace sealpost::cmd {

struct Env;

void add_audit_verify(CLI::App& audit, Env& env);
void add_audit_mirror(CLI::App& audit, Env& env);
void add_audit_prove(CLI::App& audit, Env& env);
void add_audit_forward(CLI::App& audit, Env& env);
void add_audit_export(CLI::App& audit, Env& env);
void add_audit_query(CLI::App& audit, Env& env);
void add_audit_report(CLI::App& audit, Env& env);
void add_audit_witness(CLI::App& audit, Env& env);
void add_audit_review(CLI::App& audit, Env& env);

}  // namespace sealpost::cmd
