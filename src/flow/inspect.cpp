#include "flow/inspect.hpp"

#include "age/armor.hpp"
#include "age/header.hpp"
#include "flow/inspect_parts.hpp"
#include "flow/log_export.hpp"
#include "receipt/file.hpp"
#include "trust/invitation_token.hpp"

namespace sealpost::flow {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";
constexpr std::string_view kSecretKey = "AGE-SECRET-KEY-1";
constexpr std::size_t kLargestKeyFile = 1 << 20;  // bytes

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kWhiteSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhiteSpace) + 1 - begin);
}

// Some line of the text begins like this.
bool has_line(std::string_view text, std::string_view beginning) {
  return text.starts_with(beginning) ||
         text.find("\n" + std::string(beginning)) != std::string_view::npos;
}

bool is_one_word(std::string_view text) {
  return !text.empty() && text.find_first_of(kWhiteSpace) == std::string_view::npos;
}

base::Error unknown() {
  return {base::Code::kMalformed, "this is nothing that sealpost knows",
          "it recognises age files and keys, signed notes, invitations, checkpoints, proofs, audit "
          "leaves, trust chains, receipt files and manifests of exports"};
}

// Artefacts that are read whole.
base::Result<Inspection> inspect_text(std::string_view text, const Root& root) {
  const std::string_view inner = trimmed(text);
  if (text.starts_with("sealpost/v1/organisation\n")) return inspect_chain(text, root);
  if (text.starts_with("c2sp.org/tlog-proof@v1\n")) return inspect_proof(text, root);
  if (text.starts_with(receipt::kFileVersion)) return inspect_receipt_file(text, root);
  if (text.starts_with(kManifestBegin)) return inspect_export(text, root);
  if (text.starts_with("sealpost-message/1 ")) return inspect_message(base::as_bytes(text), root);
  if (inner.starts_with(trust::kTokenPrefix)) return inspect_token(text, root);
  if (text.size() <= kLargestKeyFile && has_line(text, kSecretKey)) {
    return inspect_identities(base::as_bytes(text));
  }
  if (text.size() <= kLargestKeyFile && has_line(text, "age1")) {
    return inspect_recipients(base::as_bytes(text));
  }
  if (inner.starts_with('{')) return inspect_leaf(inner);
  if (text.starts_with("sealpost/v1/") || has_line(text, "\n\xe2\x80\x94 ")) {
    return inspect_note(text, root);
  }
  if (is_one_word(inner) && inner.find('+') != std::string_view::npos) return inspect_vkey(inner);
  return unknown();
}

}  // namespace

base::Result<Inspection> inspect(const Specimen& specimen, const Root& root) {
  const std::string_view text = base::as_text(specimen.head);
  if (text.starts_with(age::kVersionLine)) return inspect_age(specimen);
  if (trimmed(text.substr(0, kLargestKeyFile)).starts_with(age::kArmorBegin)) {
    return inspect_armored(specimen);
  }
  if (!specimen.whole()) return unknown();
  return inspect_text(text, root);
}

}  // namespace sealpost::flow
