#include "base/encoding.hpp"
#include "flow/inspect_parts.hpp"
#include "flow/log_export.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

// Checked with the root that is trusted, or not at all: the root that a file names proves nothing.
void add_verdict(const Manifest& manifest, const Root& root, Inspection& found) {
  found.findings["signed"] = manifest.signed_note.has_value();
  if (!manifest.signed_note) return;
  if (!root) {
    found.findings["verified"] = "not checked, which needs the root's key";
    return;
  }
  const auto holds = verify_manifest(manifest, *root);
  found.findings["verified"] = holds.has_value();
  if (holds) {
    found.findings["revocation"] = "not checked";
    return;
  }
  found.findings["reason"] = holds.error().text;
  found.failure = holds.error();
}

}  // namespace

base::Result<Inspection> inspect_export(std::string_view file, const Root& root) {
  TRY(const Manifest manifest, parse_manifest(file));
  const trust::Export& value = manifest.value;
  Inspection found{"export-manifest", "what a file of events from an audit log is", {}, {}};
  found.findings["sha256"] = base::to_hex(value.sha256);
  found.findings["size"] = value.size;
  found.findings["format"] = value.format;
  found.findings["count"] = value.count;
  if (value.first) found.findings["first"] = *value.first;
  if (value.last) found.findings["last"] = *value.last;
  if (!value.filter.empty()) found.findings["filter"] = value.filter;
  if (!value.by.empty()) found.findings["by"] = value.by;
  found.findings["at"] = text::format_time(value.at);
  found.findings["checkpoint"] = value.checkpoint;
  add_verdict(manifest, root, found);
  return found;
}

}  // namespace sealpost::flow
