// sealpost audit: the log, asked, verified, copied and handed on.
#include "cmd/audit.hpp"

#include "cmd/verb.hpp"
#include "cmd/verbs.hpp"

namespace sealpost::cmd {

void add_audit(CLI::App& app, Env& env) {
  CLI::App& audit = add_group(app, "audit", "Query the audit log and verify it");
  add_audit_query(audit, env);
  add_audit_verify(audit, env);
  add_audit_mirror(audit, env);
  add_audit_prove(audit, env);
  add_audit_export(audit, env);
  add_audit_report(audit, env);
  add_audit_review(audit, env);
  add_audit_forward(audit, env);
  add_audit_witness(audit, env);
}

}  // namespace sealpost::cmd
