// What a vault keeps of bulk jobs: what each is, its table and template while they may be needed,
// and what became of every row. sealpost-bulk(1). One thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/stream.hpp"
#include "vault/vault.hpp"
#include "wire/messages.hpp"

namespace sealpost::flow {

// What makes a job another job, with the table.
struct BulkPlan {
  std::string text;     // template
  std::string subject;  // template; may be empty
  std::string purpose;
  std::string to_column;
  std::string key_column;   // empty: the whole row is its key
  std::string file_column;  // may be empty
  std::string folder;       // where names of files begin
  std::string expires;      // as a deadline is written; empty: the policy's
  std::optional<wire::Passcode> passcode = {};
  std::uint64_t views = 1;
};

enum class BulkState {
  kStoring,    // its table is not whole in the vault
  kRunning,    // begun, and not at its end
  kFinished,   // every row was looked at
  kCancelled,  // nothing is sent any more
};
std::string_view bulk_state_name(BulkState state);

// Row "<name>" of Kind::kBulkJob.
struct BulkJob {
  std::string name;
  crypto::Digest content{};  // keyed: of plan and table
  BulkPlan plan;
  std::uint64_t rows = 0;        // of the table, as they were counted
  std::uint64_t generation = 0;  // how often it was sent all over again
  BulkState state = BulkState::kStoring;
  std::string parts;  // id of its table; empty when that is gone
  base::Time began;
  base::Time ended;            // of what is finished or cancelled
  std::int64_t first_row = 0;  // its rows are behind this one
};

enum class RowState { kSent, kRefused, kFailed, kDuplicate };
std::string_view row_state_name(RowState state);

// Row "<job>\n<generation>\n<key>" of Kind::kBulkRow.
struct BulkRow {
  std::uint64_t line = 0;  // of the table
  std::string key;
  std::string to;
  RowState state = RowState::kSent;
  std::string message;  // id; may be empty
  std::string reason;   // why it was not sent
  std::string code;     // of that, as errors name it
  std::string link;     // address that opens the message, where nobody was told of it; not stored
};

struct BulkCounts {
  std::uint64_t sent = 0;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
  std::uint64_t duplicate = 0;
  void add(RowState state);
  std::uint64_t all() const { return sent + refused + failed + duplicate; }
};

base::Result<std::optional<BulkJob>> find_job(const vault::Vault& vault, const std::string& name);
base::Result<void> keep_job(vault::Vault& vault, const BulkJob& job);
base::Result<std::vector<BulkJob>> all_jobs(const vault::Vault& vault);

base::Result<std::optional<BulkRow>> find_row(const vault::Vault& vault, const BulkJob& job,
                                              const std::string& key);
// In one transaction.
base::Result<void> keep_rows(vault::Vault& vault, const BulkJob& job,
                             const std::vector<BulkRow>& rows);
base::Result<void> each_row(const vault::Vault& vault, const BulkJob& job,
                            const std::function<base::Result<void>(const BulkRow&)>& visit);
base::Result<BulkCounts> count_rows(const vault::Vault& vault, const BulkJob& job);

// The table under the id `parts`. store_table() reads the source to its end, and replaces what an
// interrupted one has left. Fails as the source does.
base::Result<void> store_table(vault::Vault& vault, const std::string& parts,
                               base::ByteSource& source);
base::Result<void> erase_table(vault::Vault& vault, const std::string& parts);
class StoredTable final : public base::ByteSource {
 public:
  StoredTable(const vault::Vault& vault, std::string parts)
      : vault_(vault), parts_(std::move(parts)) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override;

 private:
  const vault::Vault& vault_;
  const std::string parts_;
  std::uint64_t next_ = 0;
  crypto::SecretBytes part_;
  std::size_t at_ = 0;
};

// Tables and rows of jobs that ended longer than kBulkKept ago. True when there were any.
inline constexpr std::chrono::hours kBulkKept{24 * 30};
base::Result<bool> erase_old_jobs(vault::Vault& vault, base::Time now);

}  // namespace sealpost::flow
