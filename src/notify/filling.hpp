// Texts with {placeholders}: read once, checked, filled often. Pure, thread-safe.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "notify/secret_text.hpp"

namespace sealpost::notify {

enum class Braces { kOnlyPlaceholders, kAny };

class Filling {
 public:
  // A placeholder is a word in braces, and must be among `names`. kMalformed for another one; and
  // for braces that are no placeholder, unless any are fine, as in JSON.
  static base::Result<Filling> parse(std::string_view text, const std::set<std::string>& names,
                                     Braces braces);
  bool has(std::string_view name) const;

  using Put = std::function<void(std::string_view name, SecretText& out)>;
  SecretText fill(const Put& put) const;

 private:
  struct Piece {
    bool name = false;
    std::string text;
  };
  std::vector<Piece> pieces_;
};

}  // namespace sealpost::notify
