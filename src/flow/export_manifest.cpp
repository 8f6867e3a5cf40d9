// The manifest of an export as a file, sealpost-note(5): "sealpost-export/1 <bytes>", the statement
// in so many bytes, and the entries of the trust chain that lead from the root to who signed it.
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "flow/log_export.hpp"
#include "merkle/checkpoint.hpp"
#include "trust/excerpt.hpp"

namespace sealpost::flow {
namespace {

using base::Code;
using base::Error;
using base::Result;

Error malformed(std::string text) { return {Code::kMalformed, std::move(text), ""}; }
Error unverified(std::string text) { return {Code::kVerificationFailed, std::move(text), ""}; }

std::string framed(std::string_view statement) {
  return fmt::format("{}{}\n{}", kManifestBegin, statement.size(), statement);
}

Result<void> check_checkpoint(const Manifest& manifest, const trust::Chain& chain) {
  if (!chain.relay()) return unverified("the manifest's trust chain names no log");
  const auto signed_note = note::parse(manifest.value.checkpoint);
  if (!signed_note || !note::signed_by(*signed_note, chain.relay()->log)) {
    return unverified("the manifest's checkpoint is not signed by the log that the root named");
  }
  const auto checkpoint = merkle::parse_checkpoint(signed_note->text);
  if (!checkpoint) return unverified(checkpoint.error().text);
  if (!manifest.value.last || *manifest.value.last < checkpoint->size) return {};
  return unverified("the manifest names an event behind its checkpoint");
}

}  // namespace

Result<std::string> format_manifest(const trust::Export& value) {
  TRY(const std::string text, trust::format(value));
  return framed(text);
}

Result<std::string> sign_manifest(trust::Export value, const Installation& installation) {
  value.by = installation.name().str();
  TRY(const std::string text, trust::format(value));
  std::string out = framed(note::sign(text, installation.signer()));
  const trust::Chain& chain = installation.chain();
  for (const std::uint64_t number : trust::excerpt_for(chain, {value.by})) {
    out += chain.entries()[static_cast<std::size_t>(number)];
  }
  return out;
}

Result<Manifest> parse_manifest(std::string_view file) {
  const std::size_t line = file.find('\n');
  if (!file.starts_with(kManifestBegin) || line == std::string_view::npos) {
    return malformed("no manifest of an export");
  }
  const auto size = base::parse_decimal(
      file.substr(kManifestBegin.size(), line - kManifestBegin.size()), note::kMaxNoteSize);
  std::string_view rest = file.substr(line + 1);
  if (!size || *size > rest.size()) return malformed("the manifest of an export is cut short");
  const std::string_view statement = rest.substr(0, static_cast<std::size_t>(*size));
  rest.remove_prefix(statement.size());
  Manifest out;
  if (auto value = trust::parse_export(statement)) {
    out.value = *std::move(value);
    if (!rest.empty()) return malformed("something stands behind the manifest");
    return out;
  }
  TRY(out.signed_note, note::parse(statement));
  TRY(out.value, trust::parse_export(out.signed_note->text));
  TRY(out.chain, trust::split_entries(rest));
  return out;
}

Result<void> verify_manifest(const Manifest& manifest, const note::Verifier& root) {
  if (!manifest.signed_note) return unverified("nobody has signed the manifest");
  trust::Chain chain(root);
  for (const std::string& entry : manifest.chain) {
    if (auto taken = chain.append(entry); !taken) {
      return unverified("the manifest's trust chain: " + taken.error().text);
    }
  }
  TRY(trust::verify_auditor(chain, *manifest.signed_note, manifest.value.by));
  return check_checkpoint(manifest, chain);
}

}  // namespace sealpost::flow
