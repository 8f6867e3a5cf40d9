#include "flow/passphrase.hpp"

#include "text/time.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr std::string_view kRow = "passphrase";

}  // namespace

base::Result<void> remember_passphrase(vault::Vault& vault, base::Time now) {
  return vault.put(Kind::kState, kRow, base::as_bytes(text::format_time(now)));
}

base::Result<void> change_passphrase(vault::Vault& vault, base::ByteView passphrase,
                                     const vault::Tuning& tuning, base::Time now) {
  TRY(vault.rewrap(passphrase, tuning, [&] { return remember_passphrase(vault, now); }));
  return vault.purge();
}

base::Result<base::Time> passphrase_since(vault::Vault& vault, base::Time now) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kState, kRow));
  if (row) return text::parse_time(row->value.expose_text());
  TRY(remember_passphrase(vault, now));
  return now;
}

}  // namespace sealpost::flow
