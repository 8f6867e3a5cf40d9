// Events of the log as a file for others, with a manifest that says what the file is: which events
// of which log, and its SHA-256. sealpost-audit(1), export; sealpost-note(5), MANIFEST OF AN
// EXPORT.
#pragma once

#include <string>

#include "base/stream.hpp"
#include "flow/log_query.hpp"
#include "flow/mirror_events.hpp"
#include "report/events.hpp"
#include "trust/audit_statements.hpp"

namespace sealpost::flow {

struct ExportWish {
  report::EventFormat format = report::EventFormat::kJsonLines;
  std::string format_name;
  audit::Filter filter;
  std::string version;  // of this program, for formats that name it
};

// Of the relay's log. That the file is handed on is recorded there before this returns; whoever
// shows the file before shows it too early.
base::Result<trust::Export> export_log(Installation& installation, const ExportWish& wish,
                                       base::ByteSink& out, Context& context);
// Of a mirror; every event that it has is looked at.
base::Result<trust::Export> export_mirror(MirrorEvents& mirror, const ExportWish& wish,
                                          base::ByteSink& out, base::Time now,
                                          const base::Interrupt& interrupt,
                                          const MirrorWatch& watch);

// Into the journal of the device that knows the mirror's root, as no relay hears of it: before
// anybody is shown the file.
base::Result<void> note_mirror_export(Installation& installation, const trust::Export& value);

inline constexpr std::string_view kManifestBegin = "sealpost-export/1 ";
// The manifest as a file: nobody's word, or the device's, with what of the trust chain shows whose.
base::Result<std::string> format_manifest(const trust::Export& value);
base::Result<std::string> sign_manifest(trust::Export value, const Installation& installation);

struct Manifest {
  trust::Export value;
  std::optional<note::Note> signed_note;
  std::vector<std::string> chain;  // entries
};
base::Result<Manifest> parse_manifest(std::string_view file);  // kMalformed
// That a device that may read the log signed it, and that the checkpoint is of the log that the
// root named; kVerificationFailed, kDenied, also for one that is not signed.
base::Result<void> verify_manifest(const Manifest& manifest, const note::Verifier& root);

}  // namespace sealpost::flow
