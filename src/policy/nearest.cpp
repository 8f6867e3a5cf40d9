#include "policy/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace sealpost::policy {
namespace {

// Levenshtein's distance: how many letters to insert, remove or change.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::size_t strangeness(std::string_view typed, std::string_view word) {
  return !typed.empty() && word.starts_with(typed) ? 0 : distance(typed, word);
}

bool is_near(std::string_view typed, std::size_t strangeness) {
  return strangeness <= std::max<std::size_t>(2, typed.size() / 3);
}

}  // namespace sealpost::policy
