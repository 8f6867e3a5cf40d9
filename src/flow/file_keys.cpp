#include "flow/file_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/link_records.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr std::string_view kWanted = "new-headers";
constexpr std::string_view kSwept = "file-keys-swept";
constexpr std::chrono::hours kSweepEvery{24};

base::Result<void> want_header(vault::Vault& vault, const std::string& id) {
  TRY(std::vector<std::string> ids, wanted_headers(vault));
  if (std::find(ids.begin(), ids.end(), id) != ids.end()) return {};
  ids.push_back(id);
  return set_wanted_headers(vault, ids);
}

base::Result<bool> swept_lately(const vault::Vault& vault, base::Time now) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kState, kSwept));
  if (!row) return false;
  TRY(const std::uint64_t at, base::parse_decimal(row->value.expose_text()));
  const base::Time last{base::milliseconds(static_cast<std::int64_t>(at))};
  return last <= now && now < last + kSweepEvery;
}

}  // namespace

base::Result<void> keep_file_key(vault::Vault& vault, const std::string& id,
                                 const FileKeyRecord& record) {
  TRY(vault.insert(Kind::kFileKey, id, encode(record).expose()));
  return {};
}

base::Result<std::optional<FileKeyRecord>> find_file_key(const vault::Vault& vault,
                                                         const std::string& id) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kFileKey, id));
  if (!row) return std::optional<FileKeyRecord>();
  TRY(FileKeyRecord record, decode_file_key(row->value.expose()));
  return std::optional<FileKeyRecord>(std::move(record));
}

base::Result<bool> update_file_key(vault::Vault& vault, const std::string& id,
                                   const FileKeyRecord& record) {
  if (record.devices.empty()) {
    TRY(forget_file_key(vault, id));
    return true;
  }
  TRY(vault.put(Kind::kFileKey, id, encode(record).expose()));
  return false;
}

base::Result<void> forget_file_key(vault::Vault& vault, const std::string& id) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kFileKey, id));
  if (row) TRY(vault.erase(Kind::kFileKey, row->id));
  return {};
}

base::Result<bool> note_answer(vault::Vault& vault, const receipt::Receipt& said) {
  TRY(std::optional<FileKeyRecord> record, find_file_key(vault, said.message));
  if (!record) return false;
  auto& devices = record->devices;
  if (said.state == receipt::State::kExpired) devices.clear();
  const std::string& about = said.device.empty() ? said.by : said.device;
  const auto at = std::find_if(devices.begin(), devices.end(),
                               [&](const KeyedDevice& item) { return item.device == about; });
  if (at != devices.end() && said.state == receipt::State::kUndecryptable) {
    at->wants = true;
    TRY(want_header(vault, said.message));
  } else if (at != devices.end()) {
    devices.erase(at);
  }
  return update_file_key(vault, said.message, *record);
}

base::Result<std::vector<std::string>> wanted_headers(const vault::Vault& vault) {
  std::vector<std::string> ids;
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kState, kWanted));
  if (!row) return ids;
  for (const std::string_view id : base::split(row->value.expose_text(), '\n')) {
    if (!id.empty()) ids.emplace_back(id);
  }
  return ids;
}

base::Result<void> set_wanted_headers(vault::Vault& vault, const std::vector<std::string>& ids) {
  std::string lines;
  for (const std::string& id : ids) lines += id + '\n';
  return vault.put(Kind::kState, kWanted, base::as_bytes(lines));
}

base::Result<void> erase_old_keys(vault::Vault& vault, base::Time now) {
  TRY(const bool lately, swept_lately(vault, now));
  if (lately) return {};
  std::vector<std::int64_t> old;
  TRY(vault.each(Kind::kFileKey, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(const FileKeyRecord record, decode_file_key(row.value.expose()));
    if (record.expires <= now) old.push_back(row.id);
    return true;
  }));
  TRY(vault.transaction([&]() -> base::Result<void> {
    for (const std::int64_t row : old) TRY(vault.erase(Kind::kFileKey, row));
    return vault.put(Kind::kState, kSwept,
                     base::as_bytes(fmt::format("{}", now.time_since_epoch().count())));
  }));
  TRY(const bool links, erase_old_links(vault, now));
  return old.empty() && !links ? base::Result<void>() : purge_keys(vault);
}

base::Result<void> purge_keys(vault::Vault& vault) {
  auto purged = vault.purge();
  if (!purged && purged.error().code == base::Code::kBusy) return {};
  return purged;
}

}  // namespace sealpost::flow
