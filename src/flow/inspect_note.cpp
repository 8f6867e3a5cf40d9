#include <fmt/format.h>

#include <array>

#include "base/encoding.hpp"
#include "flow/inspect_parts.hpp"
#include "merkle/checkpoint.hpp"
#include "message/header.hpp"
#include "policy/policy.hpp"
#include "receipt/receipt.hpp"
#include "text/safety.hpp"
#include "trust/audit_statements.hpp"
#include "trust/recall.hpp"
#include "trust/statements.hpp"
#include "trust/wipe.hpp"

namespace sealpost::flow {
namespace {

using base::Error;
using base::Result;
using note::Verifier;
using text::OrderedTree;

template <typename T>
std::optional<Error> error_of(const Result<T>& parsed) {
  if (parsed) return std::nullopt;
  return parsed.error();
}

struct Kind {
  std::string_view name;
  std::string_view meaning;
  std::optional<Error> (*problem)(std::string_view text);  // why it is out of form
};

const std::array<Kind, 17> kinds{{
    {"organisation", "the founding statement of an organisation, the first entry of its chain",
     [](std::string_view text) { return error_of(trust::parse_organisation(text)); }},
    {"relay", "an organisation's word which relay is its own",
     [](std::string_view text) { return error_of(trust::parse_relay(text)); }},
    {"policy", "an organisation's policy",
     [](std::string_view text) { return error_of(policy::parse_policy(text)); }},
    {"invitation", "an invitation: the holder of its key may certify one device",
     [](std::string_view text) { return error_of(trust::parse_invitation(text)); }},
    {"certificate", "the certificate of a device",
     [](std::string_view text) { return error_of(trust::parse_certificate(text)); }},
    {"revocation", "the revocation of a device or of an invitation",
     [](std::string_view text) { return error_of(trust::parse_revocation(text)); }},
    {"role", "a change of a member's role",
     [](std::string_view text) { return error_of(trust::parse_role_change(text)); }},
    {"register-skip", "an organisation's word that readers of the register go on behind entries",
     [](std::string_view text) { return error_of(trust::parse_register_skip(text)); }},
    {"prekey", "a prekey: what to encrypt to for a device",
     [](std::string_view text) { return error_of(trust::parse_prekey(text)); }},
    {"receipt", "a receipt: what happened to a message",
     [](std::string_view text) { return error_of(receipt::parse(text)); }},
    {"recall", "a recall: a message is taken back from who has not read it",
     [](std::string_view text) { return error_of(trust::parse_recall(text)); }},
    {"wipe", "an order to wipe a device",
     [](std::string_view text) { return error_of(trust::parse_wipe(text)); }},
    {"wipe-key", "a device's word for the key that says that it was wiped",
     [](std::string_view text) { return error_of(trust::parse_wipe_key(text)); }},
    {"wiped", "a device's word that it was wiped",
     [](std::string_view text) { return error_of(trust::parse_wiped(text)); }},
    {"export", "a device's word which events of the log a file holds",
     [](std::string_view text) { return error_of(trust::parse_export(text)); }},
    {"review", "an auditor's word that events of the log were looked at",
     [](std::string_view text) { return error_of(trust::parse_review(text)); }},
    {"message", "the signed header of a message",
     [](std::string_view text) { return error_of(message::parse_header(text)); }},
}};

const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : kinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

// The keys that the statement itself presents, whose signature shows that somebody holds them.
std::vector<Verifier> keys_within(std::string_view text) {
  if (const auto organisation = trust::parse_organisation(text)) return {organisation->root};
  if (const auto certificate = trust::parse_certificate(text)) return {certificate->key};
  return {};
}

// A key that stands once becomes a string, one that repeats an array.
void add_field(OrderedTree& fields, const std::string& key, std::string_view value) {
  OrderedTree& member = fields[key];
  if (member.is_null()) {
    member = value;
  } else if (member.is_array()) {
    member.push_back(value);
  } else {
    member = OrderedTree::array({member, value});
  }
}

// The lines as they stand, apart from attachments, whose keys are secret.
OrderedTree read_fields(std::string_view text) {
  OrderedTree fields = OrderedTree::object();
  auto lines = base::split(text, '\n');
  for (std::string_view line : std::span(lines).subspan(1)) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const std::string key(line.substr(0, colon));
    add_field(fields, text::for_terminal(key),
              key == "attachment" ? "(its key is secret)" : line.substr(colon + 2));
  }
  return fields;
}

void add_attachments(OrderedTree& findings, std::string_view text) {
  const auto header = message::parse_header(text);
  if (!header) return;
  for (const message::Attachment& attachment : header->attachments) {
    findings["attachments"].push_back({{"name", attachment.name},
                                       {"size", attachment.size},
                                       {"media_type", attachment.media_type},
                                       {"blob", attachment.blob}});
  }
}

Inspection describe_statement(const note::Note& note, const std::string& name) {
  const Kind* kind = find_kind(name);
  Inspection found;
  found.kind = kind == nullptr ? "statement" : name;
  found.summary = kind == nullptr ? fmt::format("a signed statement of the unknown kind {}", name)
                                  : std::string(kind->meaning);
  found.findings["fields"] = read_fields(note.text);
  add_attachments(found.findings, note.text);
  if (kind == nullptr) return found;
  if (const auto problem = kind->problem(note.text)) found.findings["problem"] = problem->text;
  return found;
}

Inspection describe_text(const note::Note& note) {
  if (const auto kind = note::statement_kind(note.text)) return describe_statement(note, *kind);
  Inspection found;
  if (const auto checkpoint = merkle::parse_checkpoint(note.text)) {
    found.kind = "checkpoint";
    found.summary = "a checkpoint: the state of a transparency log";
    found.findings["origin"] = checkpoint->origin;
    found.findings["size"] = checkpoint->size;
    found.findings["root"] = base::to_base64(checkpoint->root);
    return found;
  }
  found.kind = "signed-note";
  found.summary = "a signed note";
  found.findings["text"] = note.text;
  return found;
}

bool has_signature_of(const note::SignatureLine& line, const Verifier& key) {
  return line.name == key.name() && line.key_id == key.id();
}

std::string_view judge(const note::Note& note, const note::SignatureLine& line,
                       std::span<const Verifier> known) {
  std::string_view verdict = "unknown-key";
  for (const Verifier& key : known) {
    if (!has_signature_of(line, key)) continue;
    if (crypto::verify(key.key(), base::as_bytes(note.text), line.signature)) return "valid";
    verdict = "wrong";
  }
  return verdict;
}

}  // namespace

void add_signatures(Inspection& inspection, const note::Note& note,
                    std::span<const Verifier> known) {
  OrderedTree signatures = OrderedTree::array();
  for (const note::SignatureLine& line : note.signatures) {
    const std::string_view verdict = judge(note, line, known);
    signatures.push_back(
        {{"by", line.name}, {"key", fmt::format("{:08x}", line.key_id)}, {"signature", verdict}});
    if (verdict == "wrong" && !inspection.failure) {
      inspection.failure =
          Error{base::Code::kVerificationFailed,
                fmt::format("the signature of {} is wrong", text::for_terminal(line.name)), ""};
    }
  }
  inspection.findings["signatures"] = std::move(signatures);
}

Result<Inspection> inspect_note(std::string_view bytes, const Root& root) {
  TRY(const note::Note note, note::parse(bytes));
  Inspection found = describe_text(note);
  found.findings["sha256"] = base::to_hex(crypto::sha256(base::as_bytes(bytes)));
  std::vector<Verifier> known = keys_within(note.text);
  if (root) known.push_back(*root);
  add_signatures(found, note, known);
  return found;
}

std::optional<std::string> problem_of_statement(std::string_view name, std::string_view text) {
  const Kind* kind = find_kind(name);
  if (kind == nullptr) return std::nullopt;
  const auto problem = kind->problem(text);
  return problem ? problem->text : "";
}

std::vector<Verifier> keys_in_statement(std::string_view text) { return keys_within(text); }

Result<Inspection> inspect_vkey(std::string_view vkey) {
  TRY(const Verifier key, Verifier::parse(vkey));
  Inspection found{"verifier-key", "a verifier key: checks the signatures of its holder", {}, {}};
  found.findings["name"] = key.name();
  found.findings["key"] = fmt::format("{:08x}", key.id());
  found.findings["algorithm"] = "Ed25519";
  found.findings["public_key"] = base::to_hex(key.key());
  return found;
}

Result<Inspection> inspect_message(base::ByteView plaintext, const Root& root) {
  TRY(const message::Framed framed, message::parse_frame(plaintext));
  TRY(Inspection found, inspect_note(framed.header_note, root));
  const auto header = message::parse_header(note::parse(framed.header_note)->text);
  found.summary = "a message, decrypted";
  found.findings["body_bytes"] = framed.body.size();
  if (!header || header->body_sha256 != crypto::sha256(framed.body.expose())) {
    found.failure =
        Error{base::Code::kVerificationFailed, "the body is not the one that the header names", ""};
  }
  return found;
}

}  // namespace sealpost::flow
