#include "flow/bulk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "base/regular_file.hpp"
#include "flow/addressees.hpp"
#include "flow/batch.hpp"
#include "flow/bulk_rows.hpp"
#include "flow/link_sealing.hpp"
#include "flow/recipients.hpp"
#include "flow/registry.hpp"
#include "flow/take_lease.hpp"
#include "flow/visit.hpp"
#include "text/json.hpp"
#include "text/safety.hpp"
#include "text/time.hpp"

namespace sealpost::flow {
namespace {

using base::Code;

constexpr std::size_t kMaxName = 100;  // bytes of a job's name

base::Error usage(std::string text, std::string hint = "") {
  return {Code::kUsage, std::move(text), std::move(hint)};
}

// Passes a table on and takes its digest.
class Digesting final : public base::ByteSource {
 public:
  explicit Digesting(base::ByteSource& inner) : inner_(inner) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    TRY(const std::size_t count, inner_.read(out));
    hash_.update(out.first(count));
    return count;
  }
  crypto::Digest digest() { return hash_.finish(); }

 private:
  base::ByteSource& inner_;
  crypto::Sha256 hash_;
};

base::Result<void> check_columns(const BulkPlan& plan, const std::vector<std::string>& named,
                                 const text::CsvReader& table) {
  std::vector<std::string> wanted = named;
  for (const std::string& column : {plan.to_column, plan.key_column, plan.file_column}) {
    if (!column.empty()) wanted.push_back(column);
  }
  for (const std::string& column : wanted) {
    if (table.has(column)) continue;
    return usage(fmt::format("the table has no column \"{}\"", text::for_terminal(column)),
                 fmt::format("its columns are {}", text::for_terminal(fmt::format(
                                                       "{}", fmt::join(table.columns(), ", ")))));
  }
  return {};
}

struct Looked {
  crypto::Digest digest{};
  std::uint64_t rows = 0;
};

// Reads the whole table: its columns must be those that the plan wants.
base::Result<Looked> look_at(const BulkRequest& request, const RowMaker& maker) {
  TRY(const base::Fd file, base::open_regular(request.table, base::Symlinks::kFollow));
  base::FdSource source(file.get());
  Digesting digesting(source);
  TRY(text::CsvReader table, text::CsvReader::open(digesting));
  TRY(check_columns(request.plan, maker.columns(), table));
  Looked looked;
  while (true) {
    TRY(const auto row, table.next());
    if (!row) break;
    ++looked.rows;
  }
  looked.digest = digesting.digest();
  return looked;
}

crypto::Digest content_of(const Installation& installation, const BulkPlan& plan,
                          const crypto::Digest& table) {
  const crypto::Digest key = installation.vault().derive("sealpost/v1/bulk");
  const std::string passcode =
      plan.passcode ? std::string(wire::passcode_name(*plan.passcode)) : "";
  const text::Json content{
      {"table", text::binary(table)}, {"text", plan.text},
      {"subject", plan.subject},      {"purpose", plan.purpose},
      {"to", plan.to_column},         {"key", plan.key_column},
      {"file", plan.file_column},     {"folder", plan.file_column.empty() ? "" : plan.folder},
      {"expires", plan.expires},      {"passcode", passcode},
      {"views", plan.views}};
  return crypto::hmac_sha256(key, text::to_cbor(content));
}

// What would be wrong with every row.
base::Result<void> check_plan(const Installation& installation, const BulkPlan& plan,
                              base::Time now) {
  SendRequest any;
  any.to = {std::string(kContactAddress) + "anybody"};
  any.purpose = plan.purpose;
  any.body = crypto::SecretBytes(base::as_bytes("anything"));
  any.link.passcode = plan.passcode;
  any.link.views = plan.views;
  if (!plan.expires.empty()) {
    TRY(any.expires, text::parse_deadline(plan.expires, now));
  }
  return check_request(installation, any, now);
}

base::Result<void> check_name(const std::string& name) {
  if (!name.empty() && name.size() <= kMaxName && text::is_plain(name)) return {};
  return usage(fmt::format("a job's name has 1 to {} bytes, without control characters", kMaxName));
}

base::Result<vault::Lease> hold_job(const vault::Vault& vault, const std::string& name,
                                    Context& context) {
  const base::Error busy{Code::kBusy, fmt::format("another process works on the job {}", name),
                         "see how far it is: sealpost bulk list"};
  return take_lease(vault, "bulk\n" + name, busy, context);
}

base::Error other_content(const std::string& name) {
  return {Code::kConflict,
          fmt::format("the job {} was made of another table, template or options", name),
          "choose another --job for other content"};
}

// The job as it was there before, unless it begins all over.
base::Result<std::optional<BulkJob>> earlier_job(const vault::Vault& vault, const BulkJob& job,
                                                 bool again) {
  TRY(std::optional<BulkJob> earlier, find_job(vault, job.name));
  if (!earlier) return std::optional<BulkJob>();
  if (!crypto::equal(earlier->content, job.content)) return other_content(job.name);
  if (earlier->state == BulkState::kStoring) return earlier;
  const bool ended = earlier->state != BulkState::kRunning;
  if (again && !ended) {
    return usage(fmt::format("the job {} is not finished", job.name), "run it without --again");
  }
  if (earlier->state == BulkState::kCancelled && !again) {
    return base::Error{Code::kConflict, fmt::format("the job {} was cancelled", job.name),
                       "--again sends it all over"};
  }
  return earlier;
}

base::Result<void> store(vault::Vault& vault, BulkJob& job, const std::filesystem::path& table,
                         const crypto::Digest& digest) {
  TRY(keep_job(vault, job));
  TRY(const base::Fd file, base::open_regular(table, base::Symlinks::kFollow));
  base::FdSource source(file.get());
  Digesting digesting(source);
  TRY(store_table(vault, job.parts, digesting));
  if (digesting.digest() != digest) {
    return base::Error{Code::kConflict, table.string() + " was changed while it was read",
                       "run it again"};
  }
  job.state = BulkState::kRunning;
  return keep_job(vault, job);
}

// To whom the row would go, or why not.
base::Result<std::string> try_row(Installation& installation, const RowMaker& maker,
                                  const text::CsvReader& table, const text::CsvRow& row,
                                  client::RelayClient& relay, Context& context) {
  const base::Time now = context.clock.now();
  TRY(const SendRequest request, maker.request_for(table, row, now));
  TRY(check_request(installation, request, now));
  for (const OutgoingFile& file : request.files) TRY(open_outgoing(file.path, file.regular));
  if (const auto who = contact_in(request)) {
    TRY(LinkDecision decided, decide_link(installation, *who, request.purpose, now));
    TRY(const LinkLeave leave, leave_of(std::move(decided), *who));
    TRY(check_lock(request, leave));
    return request.to.front();
  }
  TRY(const std::vector<std::string> users,
      expand_addressees(installation, relay, request.to, context));
  std::vector<RecipientRecord> unreachable;
  for (const std::string& user : users) {
    const std::string_view problem = receiving_problem(installation.chain(), user, now);
    if (!problem.empty()) unreachable.push_back({user, "", std::string(problem)});
  }
  if (!unreachable.empty()) return unreachable_error(unreachable);
  return request.to.front();
}

// One run through a table.
class Run {
 public:
  Run(Installation& installation, const BulkJob& job, BulkTry what, const BulkPace& pace,
      Context& context, const RowTold& told)
      : vault_(installation.vault()),
        job_(job),
        what_(what),
        pace_(pace),
        context_(context),
        told_(told),
        began_(context.clock.steady()) {}

  base::Result<BulkEnd> through(text::CsvReader& table, const RowMaker& maker,
                                BatchSender& sender) {
    while (!end_.why && !end_.whole) {
      TRY(std::vector<SendRequest> requests, next_batch(table, maker));
      if (!end_.why && !requests.empty()) {
        keep_pace(requests.size());
        if (const auto added = sender.add(std::move(requests)); !added) end_.why = added.error();
      }
      TRY(keep_settled());
      stop_if_wanted();
    }
    const auto landed = sender.finish();
    TRY(keep_settled());
    if (!landed && !end_.why) end_.why = landed.error();
    end_.whole = end_.whole && !end_.why;
    return std::move(end_);
  }

  // The sender's word about a message.
  base::Result<void> settled(const BatchOutcome& outcome) {
    const auto at = under_way_.find(outcome.number);
    BulkRow row = std::move(at->second);
    under_way_.erase(at);
    row.message = outcome.id;
    if (outcome.error) {
      refuse(std::move(row), *outcome.error);
      return {};
    }
    const Sent& sent = *outcome.sent;
    row.state = sent.complete ? RowState::kSent : RowState::kFailed;
    if (!sent.complete) row.reason = "some devices were not reached";
    if (sent.link) tell_of_link(*sent.link, row);
    settled_.push_back(std::move(row));
    return {};
  }

 private:
  // A link that nobody was told of is told of with the row.
  static void tell_of_link(const LinkMade& link, BulkRow& row) {
    if (link.notice.stage == NoticeState::Stage::kNone) row.link = link.address.expose_text();
    if (link.notice.stage != NoticeState::Stage::kFailed) return;
    row.state = RowState::kFailed;
    row.reason = "the contact was not told: " + link.notice.reason;
    row.code = base::code_name(link.notice.code);
  }

  // Rows that are to be sent; whatever else is met on the way is settled.
  base::Result<std::vector<SendRequest>> next_batch(text::CsvReader& table, const RowMaker& maker) {
    std::vector<SendRequest> requests;
    const std::size_t most = at_once();
    std::size_t looked = 0;
    while (requests.size() < most && looked++ < kBatch) {
      TRY(const auto row, table.next());
      if (!row) {
        end_.whole = true;
        break;
      }
      TRY(std::optional<BulkRow> fresh, to_be_sent(table, *row, maker));
      if (!fresh) continue;
      keys_.emplace(fresh->key);
      auto request = maker.request_for(table, *row, context_.clock.now());
      if (!request) {
        refuse(*std::move(fresh), request.error());
        continue;
      }
      request->key = fmt::format("bulk\n{}\n{}\n{}", job_.name, job_.generation, fresh->key);
      fresh->to = request->to.front();
      under_way_.emplace(added_++, *std::move(fresh));
      requests.push_back(*std::move(request));
    }
    return requests;
  }

  // Nothing for a row that was sent, stands refused, or is there twice.
  base::Result<std::optional<BulkRow>> to_be_sent(const text::CsvReader& table,
                                                  const text::CsvRow& row, const RowMaker& maker) {
    BulkRow fresh;
    fresh.line = row.line;
    fresh.key = maker.key_of(table, row);
    TRY(const std::optional<BulkRow> known, find_row(vault_, job_, fresh.key));
    const bool twice = keys_.contains(fresh.key) || (known && known->line != row.line);
    if (twice) {
      fresh.key = fmt::format("line {}", row.line);
      fresh.state = RowState::kDuplicate;
      TRY(const std::optional<BulkRow> told, find_row(vault_, job_, fresh.key));
      if (told) {
        TRY(tell(*told, true));
      } else {
        settled_.push_back(std::move(fresh));
      }
      return std::optional<BulkRow>();
    }
    if (!known || known->state == RowState::kFailed) return std::optional(std::move(fresh));
    if (known->state == RowState::kRefused && what_ == BulkTry::kAllNotSent) {
      return std::optional(std::move(fresh));
    }
    TRY(tell(*known, true));
    return std::optional<BulkRow>();
  }

  void refuse(BulkRow row, const base::Error& error) {
    constexpr std::array kRefusals{Code::kUsage,    Code::kNotFound, Code::kRevoked,
                                   Code::kDenied,   Code::kConflict, Code::kNoConsent,
                                   Code::kMalformed};
    const bool refused =
        std::find(kRefusals.begin(), kRefusals.end(), error.code) != kRefusals.end();
    row.state = refused ? RowState::kRefused : RowState::kFailed;
    row.reason = error.text;
    row.code = base::code_name(error.code);
    settled_.push_back(std::move(row));
  }

  base::Result<void> keep_settled() {
    TRY(keep_rows(vault_, job_, settled_));
    for (const BulkRow& row : std::exchange(settled_, {})) {
      keys_.erase(row.key);
      ++now_;
      if (row.state == RowState::kRefused || row.state == RowState::kFailed) ++bad_;
      TRY(tell(row, false));
    }
    return {};
  }

  base::Result<void> tell(const BulkRow& row, bool before) {
    end_.counts.add(row.state);
    return told_(row, before);
  }

  // A fifth of a second's rows, so that a slow pace is no stutter.
  std::size_t at_once() const {
    constexpr std::uint64_t kTimesASecond = 5;
    if (pace_.rows == 0) return kBatch;
    const auto seconds = static_cast<std::uint64_t>(pace_.span.count());
    return std::clamp<std::uint64_t>(pace_.rows / seconds / kTimesASecond, 1, kBatch);
  }

  void keep_pace(std::size_t rows) {
    const std::uint64_t earlier = std::exchange(paced_, paced_ + rows);
    if (pace_.rows == 0) return;
    const base::milliseconds span = pace_.span;
    const base::milliseconds due(
        static_cast<std::int64_t>(static_cast<double>(earlier) / static_cast<double>(pace_.rows) *
                                  static_cast<double>(span.count())));
    while (!context_.interrupt.requested()) {
      const base::milliseconds passed = context_.clock.steady() - began_;
      if (passed >= due) return;
      context_.clock.sleep(due - passed);
    }
  }

  void stop_if_wanted() {
    constexpr std::uint64_t kEnough = 100;  // rows, before a share of them says something
    if (end_.why) return;
    if (context_.interrupt.requested()) {
      end_.why = base::Error{Code::kInterrupted, "stopped", ""};
      return;
    }
    const bool too_many = pace_.most && bad_ > *pace_.most;
    const bool too_large =
        pace_.most_share && now_ >= kEnough && bad_ * 10'000 > *pace_.most_share * now_;
    if (!too_many && !too_large) return;
    end_.why = base::Error{Code::kPartial,
                           fmt::format("{} of {} rows were not sent, which is more than "
                                       "--max-failures",
                                       bad_, now_),
                           ""};
  }

  vault::Vault& vault_;
  const BulkJob& job_;
  const BulkTry what_;
  const BulkPace& pace_;
  Context& context_;
  const RowTold& told_;
  const base::milliseconds began_;
  std::map<std::size_t, BulkRow> under_way_;  // by the sender's number
  std::set<std::string> keys_;                // of those, and of what is not kept yet
  std::size_t added_ = 0;
  std::vector<BulkRow> settled_;  // and not kept yet
  std::uint64_t paced_ = 0;       // rows that were added
  std::uint64_t now_ = 0;         // rows that this run has settled
  std::uint64_t bad_ = 0;
  BulkEnd end_;
};

// The job's last word: its table goes when nobody can need it any more.
base::Result<void> end_job(vault::Vault& vault, BulkJob& job, const BulkEnd& end, base::Time now) {
  if (!end.whole) return {};
  const bool all_sent = end.counts.refused + end.counts.failed == 0;
  job.state = BulkState::kFinished;
  job.ended = now;
  const std::string parts = all_sent ? std::exchange(job.parts, "") : "";
  TRY(keep_job(vault, job));
  if (parts.empty()) return {};
  TRY(erase_table(vault, parts));
  return vault.purge();
}

}  // namespace

base::Result<Begun> begin_bulk(Installation& installation, const BulkRequest& request,
                               Context& context) {
  vault::Vault& vault = installation.vault();
  TRY(check_plan(installation, request.plan, context.clock.now()));
  TRY(const RowMaker maker, RowMaker::make(installation, request.plan));
  TRY(const Looked looked, look_at(request, maker));
  BulkJob job;
  job.content = content_of(installation, request.plan, looked.digest);
  job.name = request.job;
  if (job.name.empty()) job.name = base::to_hex(base::ByteView(job.content).first(8));
  TRY(check_name(job.name));
  TRY(const vault::Lease alone, hold_job(vault, job.name, context));
  TRY(std::optional<BulkJob> earlier, earlier_job(vault, job, request.again));
  // One whose table was never whole is stored again, as the time that it was to be.
  const bool stored = earlier && earlier->state != BulkState::kStoring;
  if (stored && !request.again) return Begun{*std::move(earlier), false};
  if (earlier) job.generation = earlier->generation + (stored ? 1 : 0);
  job.plan = request.plan;
  job.rows = looked.rows;
  job.began = context.clock.now();
  job.parts = base::to_hex(base::ByteView(job.content));
  TRY(job.first_row, vault.last_id(vault::Kind::kBulkRow));
  TRY(store(vault, job, request.table, looked.digest));
  return Begun{std::move(job), true};
}

base::Result<BulkEnd> run_bulk(Installation& installation, BulkJob job, BulkTry what,
                               const BulkPace& pace, Context& context, TransferProgress& progress,
                               notify::Notifier* notifier, const RowTold& told) {
  vault::Vault& vault = installation.vault();
  TRY(const vault::Lease alone, hold_job(vault, job.name, context));
  TRY(job, get_job(vault, job.name));
  if (job.state == BulkState::kCancelled || job.parts.empty()) {
    return base::Error{
        Code::kConflict,
        fmt::format("the job {} was {} meanwhile", job.name, bulk_state_name(job.state)), ""};
  }
  if (job.state == BulkState::kStoring) {
    return base::Error{Code::kConflict,
                       fmt::format("the table of the job {} was not read to its end", job.name),
                       "run it with the table again: sealpost bulk run"};
  }
  job.state = BulkState::kRunning;
  TRY(keep_job(vault, job));
  TRY(const RowMaker maker, RowMaker::make(installation, job.plan));
  StoredTable source(vault, job.parts);
  TRY(text::CsvReader table, text::CsvReader::open(source));
  Run run(installation, job, what, pace, context, told);
  const auto sender =
      BatchSender::open(installation, context, progress, notifier,
                        [&](const BatchOutcome& outcome) { return run.settled(outcome); });
  if (!sender) return BulkEnd{{}, false, sender.error()};
  TRY(BulkEnd end, run.through(table, maker, **sender));
  TRY(end_job(vault, job, end, context.clock.now()));
  return end;
}

base::Result<BulkEnd> try_bulk(Installation& installation, const BulkRequest& request,
                               Context& context, const RowTold& told) {
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(check_plan(installation, request.plan, context.clock.now()));
  TRY(const RowMaker maker, RowMaker::make(installation, request.plan));
  TRY(const base::Fd file, base::open_regular(request.table, base::Symlinks::kFollow));
  base::FdSource source(file.get());
  TRY(text::CsvReader table, text::CsvReader::open(source));
  TRY(check_columns(request.plan, maker.columns(), table));
  TRY(meet_register(installation, relay, reg::Stream::kPeople, context));
  BulkEnd end;
  std::set<crypto::Digest> keys;
  while (!context.interrupt.requested()) {
    TRY(const auto row, table.next());
    end.whole = !row;
    if (!row) return end;
    BulkRow would;
    would.line = row->line;
    would.key = maker.key_of(table, *row);
    const bool news = keys.insert(crypto::sha256(base::as_bytes(would.key))).second;
    const auto tried = news ? try_row(installation, maker, table, *row, relay, context)
                            : base::Result<std::string>(std::string());
    would.state = news ? RowState::kSent : RowState::kDuplicate;
    if (tried) {
      would.to = *tried;
    } else {
      would.state = RowState::kRefused;
      would.reason = tried.error().text;
      would.code = base::code_name(tried.error().code);
    }
    end.counts.add(would.state);
    TRY(told(would, false));
  }
  end.why = base::Error{Code::kInterrupted, "stopped", "nothing was sent"};
  return end;
}

base::Result<BulkJob> get_job(const vault::Vault& vault, const std::string& name) {
  TRY(std::optional<BulkJob> job, find_job(vault, name));
  if (job) return *std::move(job);
  return base::Error{Code::kNotFound,
                     fmt::format("there is no bulk job {}", text::for_terminal(name)),
                     "see `sealpost bulk list`"};
}

base::Result<BulkJob> cancel_bulk(Installation& installation, const std::string& name,
                                  Context& context) {
  vault::Vault& vault = installation.vault();
  TRY(const vault::Lease alone, hold_job(vault, name, context));
  TRY(BulkJob job, get_job(vault, name));
  if (job.state == BulkState::kCancelled) return job;
  if (job.state == BulkState::kFinished) {
    return base::Error{Code::kConflict, fmt::format("the job {} is finished", name),
                       "`sealpost recall` takes single messages back"};
  }
  job.state = BulkState::kCancelled;
  job.ended = context.clock.now();
  const std::string parts = std::exchange(job.parts, "");
  TRY(keep_job(vault, job));
  TRY(erase_table(vault, parts));
  TRY(vault.purge());
  return job;
}

}  // namespace sealpost::flow
