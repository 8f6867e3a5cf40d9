// The recognisers behind flow::inspect, one for each family of artefacts, and what they share.
// Private to this module. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "flow/inspect.hpp"

namespace sealpost::flow {

using Root = std::optional<note::Verifier>;

// What the beginning tells that it is, sound or not; kMalformed when it is nothing known here.
base::Result<std::string> kind_at_sight(const Specimen& specimen);
// What of it counts: of some kinds not the white space around it.
std::string_view text_at_sight(const std::string& kind, std::string_view text);

// Binary and armored age files, identities, recipients.
base::Result<Inspection> inspect_age(const Specimen& specimen);
base::Result<Inspection> inspect_armored(const Specimen& specimen);
base::Result<Inspection> inspect_identities(base::ByteView file);
base::Result<Inspection> inspect_recipients(base::ByteView file);

// Signed notes: statements of every kind, checkpoints, others.
base::Result<Inspection> inspect_note(std::string_view note, const Root& root);
// Why a statement is not in the form of its kind, empty when it is; nothing for unknown kinds.
std::optional<std::string> problem_of_statement(std::string_view kind, std::string_view text);
// The keys that the statement itself presents.
std::vector<note::Verifier> keys_in_statement(std::string_view text);
base::Result<Inspection> inspect_vkey(std::string_view vkey);
// The plaintext of a message: its header and what follows.
base::Result<Inspection> inspect_message(base::ByteView plaintext, const Root& root);

base::Result<Inspection> inspect_chain(std::string_view file, const Root& root);
base::Result<Inspection> inspect_token(std::string_view token, const Root& root);

base::Result<Inspection> inspect_proof(std::string_view proof, const Root& root);
base::Result<Inspection> inspect_leaf(std::string_view leaf);
base::Result<Inspection> inspect_export(std::string_view file, const Root& root);
base::Result<Inspection> inspect_receipt_file(std::string_view text, const Root& root);

// Adds the member "signatures": who signed, and whether the signature is valid, wrong, or by a key
// that is not `known`. A wrong one is also the inspection's failure.
void add_signatures(Inspection& inspection, const note::Note& note,
                    std::span<const note::Verifier> known);

}  // namespace sealpost::flow
