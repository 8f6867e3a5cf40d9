#include "flow/bulk_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "flow/record_codec.hpp"

namespace sealpost::flow {
namespace {

using base::Code;
using text::Json;
using vault::Kind;

constexpr std::size_t kPart = 1 << 20;  // bytes
constexpr std::array<std::string_view, 4> kJobStates{"storing", "running", "finished", "cancelled"};
constexpr std::array<std::string_view, 4> kRowStates{"sent", "refused", "failed", "duplicate"};

template <typename State, std::size_t N>
base::Result<State> state_at(const Json& json, const std::array<std::string_view, N>& names) {
  TRY(const std::string name, text::string_at(json, "state"));
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return base::Error{Code::kMalformed, "state", ""};
  return static_cast<State>(at - names.begin());
}

Json plan_json(const BulkPlan& plan) {
  return {{"text", plan.text},
          {"subject", plan.subject},
          {"purpose", plan.purpose},
          {"to", plan.to_column},
          {"key", plan.key_column},
          {"file", plan.file_column},
          {"folder", plan.folder},
          {"expires", plan.expires},
          {"passcode", plan.passcode ? std::string(wire::passcode_name(*plan.passcode)) : ""},
          {"views", plan.views}};
}

base::Result<BulkPlan> plan_of(const Json& json) {
  BulkPlan plan;
  TRY(plan.text, text::string_at(json, "text"));
  TRY(plan.subject, text::string_at(json, "subject"));
  TRY(plan.purpose, text::string_at(json, "purpose"));
  TRY(plan.to_column, text::string_at(json, "to"));
  TRY(plan.key_column, text::string_at(json, "key"));
  TRY(plan.file_column, text::string_at(json, "file"));
  TRY(plan.folder, text::string_at(json, "folder"));
  TRY(plan.expires, text::string_at(json, "expires"));
  TRY(const std::string passcode, text::string_at(json, "passcode"));
  plan.passcode = wire::passcode_from_name(passcode);
  TRY(plan.views, text::number_at(json, "views"));
  return plan;
}

crypto::SecretBytes encode(const BulkJob& job) {
  return pack({{"name", job.name},
               {"content", text::binary(job.content)},
               {"plan", plan_json(job.plan)},
               {"rows", job.rows},
               {"generation", job.generation},
               {"state", bulk_state_name(job.state)},
               {"parts", job.parts},
               {"began", millis(job.began)},
               {"ended", millis(job.ended)},
               {"first", static_cast<std::uint64_t>(job.first_row)}});
}

base::Result<BulkJob> decode_job(base::ByteView bytes) {
  return unpack<BulkJob>(bytes, [](const Json& json, BulkJob& out) -> base::Result<void> {
    TRY(out.name, text::string_at(json, "name"));
    TRY(out.content, digest_at(json, "content"));
    if (!json.contains("plan")) return base::Error{Code::kMalformed, "plan", ""};
    TRY(out.plan, plan_of(json.at("plan")));
    TRY(out.rows, text::number_at(json, "rows"));
    TRY(out.generation, text::number_at(json, "generation"));
    TRY(out.state, state_at<BulkState>(json, kJobStates));
    TRY(out.parts, text::string_at(json, "parts"));
    TRY(out.began, time_at(json, "began"));
    TRY(out.ended, time_at(json, "ended"));
    TRY(const std::uint64_t first, text::number_at(json, "first"));
    out.first_row = static_cast<std::int64_t>(first);
    return {};
  });
}

// Whose rows these are: other jobs' are between them.
std::string series(const BulkJob& job) { return fmt::format("{}\n{}", job.name, job.generation); }
std::string row_name(const BulkJob& job, const std::string& key) {
  return series(job) + "\n" + key;
}

crypto::SecretBytes encode(const BulkJob& job, const BulkRow& row) {
  return pack({{"series", series(job)},
               {"line", row.line},
               {"key", row.key},
               {"to", row.to},
               {"state", row_state_name(row.state)},
               {"message", row.message},
               {"reason", row.reason},
               {"code", row.code}});
}

struct KeptRow {
  std::string series;
  BulkRow row;
};

base::Result<KeptRow> decode_row(base::ByteView bytes) {
  return unpack<KeptRow>(bytes, [](const Json& json, KeptRow& out) -> base::Result<void> {
    TRY(out.series, text::string_at(json, "series"));
    TRY(out.row.line, text::number_at(json, "line"));
    TRY(out.row.key, text::string_at(json, "key"));
    TRY(out.row.to, text::string_at(json, "to"));
    TRY(out.row.state, state_at<RowState>(json, kRowStates));
    TRY(out.row.message, text::string_at(json, "message"));
    TRY(out.row.reason, text::string_at(json, "reason"));
    TRY(out.row.code, text::string_at(json, "code"));
    return {};
  });
}

std::string part_name(const std::string& parts, std::uint64_t number) {
  return fmt::format("{}\n{}", parts, number);
}

base::Result<void> erase_rows(vault::Vault& vault, const BulkJob& job) {
  std::vector<std::int64_t> rows;
  TRY(vault.each(Kind::kBulkRow, job.first_row, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(const KeptRow kept, decode_row(row.value.expose()));
    if (kept.series == series(job)) rows.push_back(row.id);
    return true;
  }));
  return vault.transaction([&]() -> base::Result<void> {
    for (const std::int64_t row : rows) TRY(vault.erase(Kind::kBulkRow, row));
    return {};
  });
}

}  // namespace

std::string_view bulk_state_name(BulkState state) {
  return kJobStates.at(static_cast<std::size_t>(state));
}
std::string_view row_state_name(RowState state) {
  return kRowStates.at(static_cast<std::size_t>(state));
}

void BulkCounts::add(RowState state) {
  std::uint64_t* const counts[] = {&sent, &refused, &failed, &duplicate};
  ++*counts[static_cast<std::size_t>(state)];
}

base::Result<std::optional<BulkJob>> find_job(const vault::Vault& vault, const std::string& name) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kBulkJob, name));
  if (!row) return std::optional<BulkJob>();
  TRY(BulkJob job, decode_job(row->value.expose()));
  return std::optional<BulkJob>(std::move(job));
}

base::Result<void> keep_job(vault::Vault& vault, const BulkJob& job) {
  return vault.put(Kind::kBulkJob, job.name, encode(job).expose());
}

base::Result<std::vector<BulkJob>> all_jobs(const vault::Vault& vault) {
  std::vector<BulkJob> jobs;
  TRY(vault.each(Kind::kBulkJob, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(BulkJob job, decode_job(row.value.expose()));
    jobs.push_back(std::move(job));
    return true;
  }));
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const BulkJob& a, const BulkJob& b) { return a.began < b.began; });
  return jobs;
}

base::Result<std::optional<BulkRow>> find_row(const vault::Vault& vault, const BulkJob& job,
                                              const std::string& key) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kBulkRow, row_name(job, key)));
  if (!row) return std::optional<BulkRow>();
  TRY(KeptRow kept, decode_row(row->value.expose()));
  return std::optional<BulkRow>(std::move(kept.row));
}

base::Result<void> keep_rows(vault::Vault& vault, const BulkJob& job,
                             const std::vector<BulkRow>& rows) {
  if (rows.empty()) return {};
  return vault.transaction([&]() -> base::Result<void> {
    for (const BulkRow& row : rows) {
      TRY(vault.put(Kind::kBulkRow, row_name(job, row.key), encode(job, row).expose()));
    }
    return {};
  });
}

base::Result<void> each_row(const vault::Vault& vault, const BulkJob& job,
                            const std::function<base::Result<void>(const BulkRow&)>& visit) {
  return vault.each(Kind::kBulkRow, job.first_row,
                    [&](const vault::Row& row) -> base::Result<bool> {
                      TRY(const KeptRow kept, decode_row(row.value.expose()));
                      if (kept.series == series(job)) TRY(visit(kept.row));
                      return true;
                    });
}

base::Result<BulkCounts> count_rows(const vault::Vault& vault, const BulkJob& job) {
  BulkCounts counts;
  TRY(each_row(vault, job, [&](const BulkRow& row) -> base::Result<void> {
    counts.add(row.state);
    return {};
  }));
  return counts;
}

base::Result<void> store_table(vault::Vault& vault, const std::string& parts,
                               base::ByteSource& source) {
  TRY(erase_table(vault, parts));
  base::Bytes part(kPart);
  for (std::uint64_t number = 0;; ++number) {
    TRY(const std::size_t count, base::read_full(source, part));
    if (count > 0) {
      TRY(vault.insert(Kind::kBulkPart, part_name(parts, number),
                       base::ByteView(part).first(count)));
    }
    if (count < part.size()) break;
  }
  crypto::wipe(part);
  return {};
}

base::Result<void> erase_table(vault::Vault& vault, const std::string& parts) {
  return vault.transaction([&]() -> base::Result<void> {
    for (std::uint64_t number = 0;; ++number) {
      TRY(const auto row, vault.find(Kind::kBulkPart, part_name(parts, number)));
      if (!row) return {};
      TRY(vault.erase(Kind::kBulkPart, row->id));
    }
  });
}

base::Result<std::size_t> StoredTable::read(std::span<std::uint8_t> out) {
  if (at_ == part_.size()) {
    TRY(std::optional<vault::Row> row, vault_.find(Kind::kBulkPart, part_name(parts_, next_)));
    if (!row) return std::size_t{0};
    part_ = std::move(row->value);
    at_ = 0;
    ++next_;
  }
  const std::size_t count = std::min(out.size(), part_.size() - at_);
  const base::ByteView some = part_.expose().subspan(at_, count);
  std::copy(some.begin(), some.end(), out.begin());
  at_ += count;
  return count;
}

base::Result<bool> erase_old_jobs(vault::Vault& vault, base::Time now) {
  TRY(std::vector<BulkJob> jobs, all_jobs(vault));
  bool erased = false;
  for (BulkJob& job : jobs) {
    const bool ended = job.state == BulkState::kFinished || job.state == BulkState::kCancelled;
    if (!ended || job.parts.empty() || now < job.ended + kBulkKept) continue;
    TRY(erase_rows(vault, job));
    TRY(erase_table(vault, std::exchange(job.parts, "")));
    job.plan.text.clear();
    job.plan.subject.clear();
    TRY(keep_job(vault, job));
    erased = true;
  }
  return erased;
}

}  // namespace sealpost::flow
