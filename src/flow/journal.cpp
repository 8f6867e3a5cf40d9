#include "flow/journal.hpp"

#include <fcntl.h>

#include "audit/journal.hpp"
#include "base/file.hpp"
#include "base/regular_file.hpp"
#include "flow/record_codec.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

using audit::JournalLink;
using vault::Kind;

constexpr std::string_view kLast = "journal";  // row of kState
constexpr std::string_view kFailed = "device.unlock-failed";
constexpr const char* kWrong = "wrong-passphrases";
// Beyond this, more of them say nothing new.
constexpr std::size_t kMostWrong = 64 << 10;  // bytes

struct Journal {
  JournalLink last;
  std::string wrong;  // the newest wrong passphrase that an entry tells of
};

base::Result<Journal> read_journal(const vault::Vault& vault) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kState, kLast));
  if (!row) return Journal{};
  return unpack<Journal>(row->value.expose(),
                         [](const text::Json& json, Journal& out) -> base::Result<void> {
                           TRY(out.last.number, text::number_at(json, "number"));
                           TRY(out.last.hash, digest_at(json, "hash"));
                           TRY(out.wrong, text::string_at(json, "wrong"));
                           return {};
                         });
}

base::Result<void> append(Installation& installation, const Noted& noted, base::Time now) {
  vault::Vault& vault = installation.vault();
  audit::Event event;
  event.at = std::chrono::floor<std::chrono::seconds>(now);
  event.event = noted.event;
  event.actor = installation.signer().name();
  event.message = noted.message;
  event.objects = noted.objects;
  event.outcome = noted.outcome;
  event.details = noted.details;
  TRY(Journal journal, read_journal(vault));
  const auto wrong = event.details.find("last");
  if (event.event == kFailed && wrong != event.details.end()) journal.wrong = wrong->second;
  TRY(const base::Bytes entry, audit::to_entry(std::move(event), journal.last));
  TRY(vault.insert(Kind::kJournal, "", entry));
  return vault.put(Kind::kState, kLast,
                   pack({{"number", journal.last.number + 1},
                         {"hash", text::binary(crypto::sha256(entry))},
                         {"wrong", journal.wrong}})
                       .expose());
}

// One line for each, its time.
struct Wrong {
  std::vector<std::string> times;
};

std::filesystem::path file_of_wrong(const std::filesystem::path& folder) { return folder / kWrong; }

// What is no time was not written by this program, and is left out.
Wrong read_wrong(const std::filesystem::path& folder) {
  Wrong out;
  const auto file = base::open_regular(file_of_wrong(folder), base::Symlinks::kRefuse);
  if (!file) return out;
  const auto content = base::read_fd(file->get(), kMostWrong + 64);
  if (!content) return out;
  for (const std::string_view line : base::split(base::as_text(*content), '\n')) {
    if (text::parse_time(line)) out.times.emplace_back(line);
  }
  return out;
}

Noted failures(const Wrong& wrong) {
  return {std::string(kFailed),
          "",
          {},
          audit::Outcome::kFailed,
          {{"count", std::to_string(wrong.times.size())},
           {"first", wrong.times.front()},
           {"last", wrong.times.back()}}};
}

}  // namespace

base::Result<void> note_in_transaction(Installation& installation, const Noted& noted,
                                       base::Time now) {
  return append(installation, noted, now);
}

base::Result<void> note_in_journal(Installation& installation, const Noted& noted, base::Time now) {
  return installation.vault().transaction([&] { return append(installation, noted, now); });
}

base::Result<void> note_opening(Installation& installation, const std::filesystem::path& folder,
                                base::Time now) {
  const Wrong wrong = read_wrong(folder);
  TRY(installation.vault().transaction([&]() -> base::Result<void> {
    TRY(const Journal journal, read_journal(installation.vault()));
    // Told of already when the file could not be removed the last time.
    const bool news = !wrong.times.empty() && wrong.times.back() != journal.wrong;
    if (news) TRY(append(installation, failures(wrong), now));
    return append(installation, {"device.unlock", "", {}, audit::Outcome::kSuccess, {}}, now);
  }));
  std::error_code ignored;
  if (!wrong.times.empty()) std::filesystem::remove(file_of_wrong(folder), ignored);
  return {};
}

void note_wrong_passphrase(const std::filesystem::path& folder, base::Time now) {
  const base::Fd file(::open(file_of_wrong(folder).c_str(),
                             O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                             0600));
  if (!file || ::lseek(file.get(), 0, SEEK_END) > static_cast<off_t>(kMostWrong)) return;
  const std::string line = text::format_time(now) + "\n";
  static_cast<void>(base::write_all(file.get(), base::as_bytes(line)));
}

base::Result<void> flush_journal(const Installation& installation, client::RelayClient& relay) {
  vault::Vault& vault = installation.vault();
  TRY(const std::uint64_t waiting, vault.count(Kind::kJournal));
  if (waiting == 0) return {};
  // One after the other: what comes out of order would look like a gap.
  TRY(const std::optional<vault::Lease> alone, vault.lease("journal"));
  if (!alone) return {};
  for (;;) {
    std::vector<std::int64_t> rows;
    wire::JournalBatch batch;
    TRY(vault.each(Kind::kJournal, 0, [&](const vault::Row& row) -> base::Result<bool> {
      rows.push_back(row.id);
      batch.entries.emplace_back(row.value.expose_text());
      return rows.size() < wire::kMaxBatch;
    }));
    if (rows.empty()) return {};
    TRY(relay.post_journal(batch));
    TRY(vault.transaction([&]() -> base::Result<void> {
      for (const std::int64_t row : rows) TRY(vault.erase(Kind::kJournal, row));
      return {};
    }));
  }
}

}  // namespace sealpost::flow
