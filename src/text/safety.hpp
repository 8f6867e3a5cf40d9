// Text from outside, made harmless before it reaches a terminal or a path. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sealpost::text {

// Well-formed UTF-8 (no surrogates, no overlong forms, nothing above U+10FFFF), whatever it says.
bool is_utf8(std::string_view text);

// Well-formed UTF-8 without control characters, line or paragraph separators, bidirectional
// controls, zero-width and other invisible characters, or unassigned code points. This is what
// names and subjects must be when they are made.
bool is_plain(std::string_view text);

// One line that is safe to print: everything is_plain() forbids is replaced by U+FFFD.
std::string for_terminal(std::string_view text);
// The same for a message body: line feeds and tabs stay, CR LF becomes LF.
std::string block_for_terminal(std::string_view text);

// Normalisation form C (for showing), form KC (for what people type), and the form under which two
// file names count as one (KC, case folded). Invalid UTF-8 is replaced first.
std::string nfc(std::string_view text);
std::string nfkc(std::string_view text);
std::string fold(std::string_view text);

// A file name that cannot leave its folder, hide, or mean something special on any common system:
// only the part after the last / or \, at most 200 bytes, never empty, no leading dot or dash,
// trailing dot or space, no reserved device name, not ending in ".partial", nothing that is_plain()
// forbids, none of <>:"|?*. A name that had to change still keeps its extension where that is
// harmless.
std::string safe_filename(std::string_view outside);

}  // namespace sealpost::text
