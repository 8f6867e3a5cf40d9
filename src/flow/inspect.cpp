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

// Of artefacts that are read whole.
base::Result<std::string> kind_of(std::string_view text) {
  const std::string_view inner = trimmed(text);
  const bool small = text.size() <= kLargestKeyFile;
  if (text.starts_with("sealpost/v1/organisation\n")) return std::string("trust-chain");
  if (text.starts_with("c2sp.org/tlog-proof@v1\n")) return std::string("tlog-proof");
  if (text.starts_with(receipt::kFileVersion)) return std::string("receipt-file");
  if (text.starts_with(kManifestBegin)) return std::string("export-manifest");
  if (text.starts_with("sealpost-message/1 ")) return std::string("message");
  if (inner.starts_with(trust::kTokenPrefix)) return std::string("invitation-token");
  if (small && has_line(text, kSecretKey)) return std::string("age-identity");
  if (small && has_line(text, "age1")) return std::string("age-recipient");
  if (inner.starts_with('{')) return std::string("audit-leaf");
  if (text.starts_with("sealpost/v1/") || has_line(text, "\n\xe2\x80\x94 ")) {
    return std::string("signed-note");
  }
  if (is_one_word(inner) && inner.find('+') != std::string_view::npos) {
    return std::string("verifier-key");
  }
  return unknown();
}

base::Result<Inspection> inspect_text(const std::string& kind, std::string_view text,
                                      const Root& root) {
  if (kind == "trust-chain") return inspect_chain(text, root);
  if (kind == "tlog-proof") return inspect_proof(text, root);
  if (kind == "receipt-file") return inspect_receipt_file(text, root);
  if (kind == "export-manifest") return inspect_export(text, root);
  if (kind == "message") return inspect_message(base::as_bytes(text), root);
  if (kind == "invitation-token") return inspect_token(text, root);
  if (kind == "age-identity") return inspect_identities(base::as_bytes(text));
  if (kind == "age-recipient") return inspect_recipients(base::as_bytes(text));
  if (kind == "audit-leaf") return inspect_leaf(text);
  if (kind == "verifier-key") return inspect_vkey(text);
  return inspect_note(text, root);
}

}  // namespace

base::Result<std::string> kind_at_sight(const Specimen& specimen) {
  const std::string_view text = base::as_text(specimen.head);
  if (text.starts_with(age::kVersionLine)) return std::string("age-file");
  if (trimmed(text.substr(0, kLargestKeyFile)).starts_with(age::kArmorBegin)) {
    return std::string("armored-age-file");
  }
  if (!specimen.whole()) return unknown();
  return kind_of(text);
}

std::string_view text_at_sight(const std::string& kind, std::string_view text) {
  return kind == "audit-leaf" || kind == "verifier-key" ? trimmed(text) : text;
}

base::Result<Inspection> inspect(const Specimen& specimen, const Root& root) {
  TRY(const std::string kind, kind_at_sight(specimen));
  if (kind == "age-file") return inspect_age(specimen);
  if (kind == "armored-age-file") return inspect_armored(specimen);
  return inspect_text(kind, text_at_sight(kind, base::as_text(specimen.head)), root);
}

}  // namespace sealpost::flow
