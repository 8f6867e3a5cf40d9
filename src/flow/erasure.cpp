#include "flow/erasure.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr std::string_view kMark = "erasure";

}  // namespace

base::Result<void> mark_erasure(vault::Vault& vault, const std::string& which) {
  return vault.put(Kind::kState, kMark, base::as_bytes(which));
}

base::Result<void> finish_erasure(vault::Vault& vault) {
  TRY(const std::optional<vault::Row> mark, vault.find(Kind::kState, kMark));
  if (!mark) return {};
  if (auto purged = vault.purge(); !purged) {
    return purged.error().code == base::Code::kBusy ? base::Result<void>() : purged;
  }
  return vault.transaction([&]() -> base::Result<void> {
    // Another process may have erased something since: its mark is not ours to take away.
    TRY(const std::optional<vault::Row> now, vault.find(Kind::kState, kMark));
    if (!now || now->value.expose_text() != mark->value.expose_text()) return {};
    return vault.erase(Kind::kState, now->id);
  });
}

}  // namespace sealpost::flow
