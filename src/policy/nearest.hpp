// How far a word that somebody typed is from one that there is. Internal to policy. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace sealpost::policy {

// Letters to insert, remove or change; 0 also when `word` begins with what was typed.
std::size_t strangeness(std::string_view typed, std::string_view word);
// Whether so far is near enough for "did you mean?".
bool is_near(std::string_view typed, std::size_t strangeness);

}  // namespace sealpost::policy
