// What somebody who was written to means by a word: stop, or something that a person must read.
// Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace sealpost::reg {

enum class Meaning {
  kNone,     // nothing to do with stopping
  kStop,     // exactly a word of revocation: this purpose ends
  kStopAll,  // every purpose ends
  kUnclear,  // may mean it: nothing more is sent until a person has decided
};
// Spaces, punctuation, case and compatibility forms do not count; English and Spanish.
Meaning meaning_of(std::string_view text);

}  // namespace sealpost::reg
