#include <fmt/format.h>

#include "base/encoding.hpp"
#include "flow/inspect_parts.hpp"
#include "flow/receipt_judge.hpp"
#include "text/time.hpp"

namespace sealpost::flow {

using base::Result;
using text::OrderedTree;

namespace {

// "read by mercy.example/nurse.kim/ward", or what is wrong with the statement.
OrderedTree describe(const receipt::Record& record) {
  OrderedTree out{{"event", record.evidence.index}};
  const auto signed_note = note::parse(record.evidence.statement);
  const auto said = signed_note ? receipt::parse(signed_note->text)
                                : Result<receipt::Receipt>(signed_note.error());
  if (!said) {
    out["statement"] = said.error().text;
    return out;
  }
  out["state"] = receipt::state_name(said->state);
  if (!said->device.empty()) out["device"] = said->device;
  out["by"] = said->by;
  out["at"] = text::format_time(said->at);
  return out;
}

// Checked with the root that is trusted, or not at all: the root that a file names proves nothing.
Result<void> add_verdict(std::string_view text, const Root& root, Inspection& found) {
  if (!root) {
    found.findings["verified"] = "not checked, which needs the root's key";
    return {};
  }
  TRY(const FileVerdict verdict, judge_receipt_file(text, *root, nullptr));
  found.findings["verified"] = verdict.verified();
  if (verdict.verified()) {
    found.findings["revocation"] = "not checked";
    return {};
  }
  found.findings["reason"] = verdict.reason;
  found.failure = base::Error{base::Code::kVerificationFailed, verdict.reason, ""};
  return {};
}

}  // namespace

Result<Inspection> inspect_receipt_file(std::string_view text, const Root& root) {
  TRY(const receipt::File file, receipt::parse_file(text));
  Inspection found{
      "receipt-file", "receipts of one message, with what a stranger needs to check them", {}, {}};
  found.findings["message"] = file.message;
  found.findings["from"] = file.from;
  found.findings["message_sha256"] = base::to_hex(file.message_sha256);
  OrderedTree receipts = OrderedTree::array();
  std::uint64_t entries = 0;
  for (const receipt::Record& record : file.records) {
    if (record.entry) {
      ++entries;
    } else {
      receipts.push_back(describe(record));
    }
  }
  found.findings["trust_entries"] = entries;
  found.findings["receipt"] = std::move(receipts);
  TRY(const note::Note checkpoint, note::parse(file.checkpoint));
  const auto tree = merkle::parse_checkpoint(checkpoint.text);
  if (tree) {
    found.findings["log"] = tree->origin;
    found.findings["log_size"] = tree->size;
  }
  TRY(add_verdict(text, root, found));
  return found;
}

}  // namespace sealpost::flow
