#include "flow/receipt_export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "flow/quorum.hpp"
#include "flow/visit.hpp"
#include "text/safety.hpp"
#include "trust/excerpt.hpp"

namespace sealpost::flow {
namespace {

using receipt::State;

constexpr std::size_t kPage = 100;  // trust chain entries asked for at once

base::Error refuse(std::string why) {
  return {base::Code::kVerificationFailed, std::move(why), "tell the organisation's owner"};
}

struct Statement {
  wire::EvidenceItem item;
  receipt::Receipt said;
  base::Time logged_at;
};

base::Result<Statement> read_statement(wire::EvidenceItem item) {
  TRY(const note::Note signed_note, note::parse(item.statement));
  TRY(receipt::Receipt said, receipt::parse(signed_note.text));
  TRY(const audit::Event event, audit::parse_leaf(item.leaf));
  return Statement{std::move(item), std::move(said), event.at};
}

base::Result<std::vector<Statement>> fetch_statements(client::RelayClient& relay,
                                                      const MessageRecord& record) {
  TRY(wire::EvidenceList list, relay.evidence(record.id, record.from));
  std::vector<Statement> statements;
  for (wire::EvidenceItem& item : list.items) {
    auto statement = read_statement(std::move(item));
    if (!statement) return refuse("the relay's evidence is out of form: " + statement.error().text);
    statements.push_back(*std::move(statement));
  }
  return statements;
}

// A device whose clock was wrong must not keep the others' word from being shown: what no judge
// would believe stays out, and is told.
std::vector<std::string> leave_out_impossible_times(std::vector<Statement>& statements) {
  base::Time accepted_at{};
  for (const Statement& statement : statements) {
    if (statement.said.state == State::kAccepted) accepted_at = statement.logged_at;
  }
  std::vector<std::string> left_out;
  std::erase_if(statements, [&](const Statement& statement) {
    const receipt::Receipt& said = statement.said;
    const auto possible = check_times(said, statement.logged_at, accepted_at);
    if (possible || receipt::is_relays(said.state)) return false;
    left_out.push_back(fmt::format("left out: {} by {}: {}", receipt::state_name(said.state),
                                   text::for_terminal(said.by), possible.error().text));
    return true;
  });
  return left_out;
}

std::set<std::string> devices_of(const std::vector<Statement>& statements) {
  std::set<std::string> devices;
  for (const Statement& statement : statements) {
    if (!receipt::is_relays(statement.said.state)) devices.insert(statement.said.by);
  }
  return devices;
}

// The entries themselves are known and verified; the relay only says where they are logged.
base::Result<std::vector<receipt::Record>> fetch_entries(const trust::Chain& chain,
                                                         client::RelayClient& relay,
                                                         const std::set<std::string>& devices) {
  const std::vector<std::uint64_t> numbers = trust::excerpt_for(chain, devices);
  std::vector<receipt::Record> records;
  for (std::size_t from = 0; from < numbers.size(); from += kPage) {
    const std::size_t end = std::min(from + kPage, numbers.size());
    const std::vector<std::uint64_t> page(numbers.begin() + static_cast<std::ptrdiff_t>(from),
                                          numbers.begin() + static_cast<std::ptrdiff_t>(end));
    TRY(const wire::EvidenceList list, relay.trust_evidence(page));
    if (list.items.size() != page.size()) return refuse("the relay hides trust chain entries");
    for (std::size_t i = 0; i < page.size(); ++i) {
      const wire::EvidenceItem& item = list.items[i];
      if (item.statement != chain.entries()[static_cast<std::size_t>(page[i])]) {
        return refuse(fmt::format("the relay shows another trust chain entry {}", page[i]));
      }
      records.push_back({page[i], {item.statement, item.index, item.leaf, {}}});
    }
  }
  return records;
}

// In the log of `size` events; `absent` says that one is not there.
base::Result<void> prove(std::vector<receipt::Record>& records, client::RelayClient& relay,
                         std::uint64_t size, const std::string& absent) {
  std::sort(records.begin(), records.end(),
            [](const auto& a, const auto& b) { return a.evidence.index < b.evidence.index; });
  const merkle::NodeReader nodes = remote_nodes(relay, size);
  for (receipt::Record& record : records) {
    const std::uint64_t index = record.evidence.index;
    if (index >= size) return refuse(fmt::format("event {}: {}", index, absent));
    TRY(record.evidence.path, merkle::inclusion_proof(index, size, nodes));
  }
  return {};
}

}  // namespace

base::Result<ExportedReceipt> export_receipt(Installation& installation, std::string_view which,
                                             Context& context) {
  TRY(const Listed message, find_message(installation.vault(), which, Direction::kSent));
  const MessageRecord& record = message.record;
  TRY(client::RelayClient relay, visit(installation, context));
  TRY(std::vector<Statement> statements, fetch_statements(relay, record));
  TRY(sync_trust(installation, relay));
  ExportedReceipt exported;
  exported.left_out = leave_out_impossible_times(statements);
  receipt::File file{record.id, record.from, record.message_sha256, {}, {}};
  TRY(file.records, fetch_entries(installation.chain(), relay, devices_of(statements)));
  for (Statement& statement : statements) {
    wire::EvidenceItem& item = statement.item;
    file.records.push_back({{}, {std::move(item.statement), item.index, std::move(item.leaf), {}}});
  }
  TRY(SignedCheckpoint signed_one, logged_tree(installation, relay));
  TRY(const policy::Policy policy, installation.policy());
  TRY(prove(file.records, relay, signed_one.checkpoint.size, not_logged_yet(policy)));
  file.checkpoint = std::move(signed_one.note);
  auto text = receipt::format_file(file);
  if (!text) return refuse(text.error().text);
  exported.file = *std::move(text);
  TRY(exported.verdict, judge_receipt_file(exported.file, installation.chain().root(), nullptr));
  if (!exported.verdict.verified()) return refuse(exported.verdict.reason);
  return exported;
}

}  // namespace sealpost::flow
