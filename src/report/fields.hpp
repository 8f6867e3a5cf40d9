// A consent as a row of named texts, for CSV and JSON Lines. Internal to report. Pure, thread-safe.
#pragma once

#include "report/consent.hpp"
#include "report/rows.hpp"

namespace sealpost::report {

extern const Columns kConsentColumns;
Row row_of(const Consent& consent);
// kMalformed, with a sentence, for what could not be recorded.
base::Result<Consent> consent_of(const Row& row);

}  // namespace sealpost::report
