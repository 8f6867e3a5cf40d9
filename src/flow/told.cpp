#include "flow/told.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

std::string state_name(Kind kind) { return fmt::format("told-{}", static_cast<int>(kind)); }

}  // namespace

base::Result<Told> Told::begin(vault::Vault& vault, bool kept) {
  Told told(vault, kept);
  for (const Kind kind : {Kind::kReceipt, Kind::kRecall, Kind::kMessage}) {
    TRY(const std::optional<vault::Row> row, vault.find(Kind::kState, state_name(kind)));
    if (kept && row) {
      TRY(const std::uint64_t number, base::parse_decimal(row->value.expose_text()));
      told.rows_[kind] = static_cast<std::int64_t>(number);
      continue;
    }
    TRY(told.rows_[kind], vault.last_id(kind));
    TRY(told.keep(kind));
  }
  return told;
}

base::Result<void> Told::passed(Kind kind, std::int64_t row) {
  rows_[kind] = row;
  return keep(kind);
}

base::Result<void> Told::keep(Kind kind) {
  if (!kept_) return {};
  return vault_->put(Kind::kState, state_name(kind),
                     base::as_bytes(fmt::format("{}", rows_.at(kind))));
}

}  // namespace sealpost::flow
