// Texts with places that a row fills: "{patient}" is the field of that column, "{{" and "}}" are
// braces. Pure; a Template may be used by several threads.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sealpost::text {

class Template {
 public:
  // kMalformed, naming the line, for a brace that stands alone or a place without a name.
  static base::Result<Template> parse(std::string_view source);

  // The columns that it names, each once, in their order.
  const std::vector<std::string>& columns() const { return columns_; }
  std::string fill(const std::function<std::string_view(std::string_view column)>& field) const;

 private:
  struct Piece {
    std::string text;    // as it is
    std::string column;  // then this; empty for the last piece
  };
  std::vector<Piece> pieces_;
  std::vector<std::string> columns_;
};

}  // namespace sealpost::text
