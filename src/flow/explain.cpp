#include "flow/explain.hpp"

#include "age/armor.hpp"
#include "age/header.hpp"
#include "age/key_file.hpp"
#include "flow/explain_parts.hpp"
#include "receipt/file.hpp"
#include "trust/invitation_token.hpp"

namespace sealpost::flow {
namespace {

using base::Result;

// What is read in one piece: it is in form, or a sentence says why not.
template <typename T>
void explain_whole(std::string_view standard, std::string_view section, const Result<T>& read,
                   Checks& checks) {
  checks.by(standard, section);
  checks.expect("it is in form", read);
}

void explain_keys(const std::string& kind, base::ByteView file, Checks& checks) {
  if (kind == "age-identity") {
    return explain_whole("age v1", "The X25519 recipient type", age::parse_identities(file),
                         checks);
  }
  explain_whole("age v1", "The X25519 recipient type", age::parse_recipients(file), checks);
}

void explain_token(std::string_view text, const Root& root, Checks& checks) {
  const auto token = trust::parse_token(text);
  explain_whole("sealpost-note(5)", "INVITATION TOKEN", token, checks);
  if (token) explain_note(token->invitation_note, root, checks);
}

void explain_kind(const std::string& kind, std::string_view text, const Root& root,
                  Checks& checks) {
  if (kind == "trust-chain") return explain_chain(text, root, checks);
  if (kind == "tlog-proof") return explain_proof(text, root, checks);
  if (kind == "receipt-file") return explain_receipt_file(text, root, checks);
  if (kind == "export-manifest") return explain_export(text, root, checks);
  if (kind == "message") return explain_message(base::as_bytes(text), root, checks);
  if (kind == "invitation-token") return explain_token(text, root, checks);
  if (kind.starts_with("age-")) return explain_keys(kind, base::as_bytes(text), checks);
  if (kind == "audit-leaf") return explain_leaf(text, checks);
  if (kind == "verifier-key") {
    return explain_whole("C2SP signed-note v1.0.0", "Verifier keys", note::Verifier::parse(text),
                         checks);
  }
  explain_note(text, root, checks);
}

}  // namespace

Result<Explanation> explain(const Specimen& specimen, const Root& root) {
  TRY(const std::string kind, kind_at_sight(specimen));
  Explanation explanation{kind, {}};
  Checks checks(explanation.checks);
  if (kind == "age-file") {
    explain_age(specimen, checks);
  } else if (kind == "armored-age-file") {
    explanation.kind = "age-file";
    explain_armored(specimen, checks);
  } else {
    explain_kind(kind, text_at_sight(kind, base::as_text(specimen.head)), root, checks);
  }
  return explanation;
}

}  // namespace sealpost::flow
