#include "receipt/receipt.hpp"

#include <algorithm>
#include <array>

#include "note/note.hpp"

namespace sealpost::receipt {
namespace {

using base::Error;
using base::Result;

struct StateRow {
  State state;
  std::string_view name;
};
constexpr std::array<StateRow, 10> kStates{{
    {State::kAccepted, "accepted"},
    {State::kDelivered, "delivered"},
    {State::kRead, "read"},
    {State::kUndecryptable, "undecryptable"},
    {State::kExpired, "expired"},
    {State::kDropped, "dropped"},
    {State::kOpenedByLink, "opened-by-link"},
    {State::kLinkLocked, "link-locked"},
    {State::kRecalled, "recalled"},
    {State::kWithdrawn, "withdrawn"},
}};

constexpr std::size_t kIdSize = 36;

Error malformed(std::string text) { return {base::Code::kMalformed, std::move(text), ""}; }
Error unverified(std::string text) {
  return {base::Code::kVerificationFailed, std::move(text), ""};
}

bool is_message_id(std::string_view text) {
  return text.size() == kIdSize &&
         text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

Result<State> state_field(note::StatementReader& reader) {
  TRY(const std::string name, reader.one("state"));
  const auto state = state_from_name(name);
  if (!state) return malformed("a receipt for a state that does not exist");
  return *state;
}

// The statement is about this message and no other.
Result<void> check_subject(const Receipt& receipt, const Expectation& expected) {
  if (receipt.message != expected.message || receipt.from != expected.from) {
    return unverified("the receipt is about another message");
  }
  if (receipt.message_sha256 != expected.message_sha256) {
    return unverified("the receipt is about a message with another content");
  }
  return {};
}

// Whoever signed it is the one it names, and one who may say this: the relay that it accepted the
// message, that its time passed or that its device went, devices everything else.
Result<void> check_signature(const note::Note& signed_note, const Receipt& receipt,
                             const Expectation& expected, const note::Verifier& signer) {
  if (receipt.by != signer.name()) {
    return unverified("the receipt names another author than the key it is checked against");
  }
  const bool by_relay = receipt.by == expected.checkpoint.origin;
  if (by_relay != is_relays(receipt.state)) {
    return unverified(by_relay ? "the relay cannot say what a device did with a message"
                               : "only the relay can say that it accepted a message, or that the "
                                 "message expired, was dropped or withdrawn");
  }
  if (signed_note.signatures.size() != 1 || !note::signed_by(signed_note, signer)) {
    return unverified("the receipt does not carry the signature of its author alone");
  }
  return {};
}

Result<void> check_logged(const Evidence& evidence, const merkle::Checkpoint& checkpoint,
                          const crypto::Digest& leaf_statement) {
  if (crypto::sha256(base::as_bytes(evidence.statement)) != leaf_statement) {
    return unverified("the log's entry is about another receipt");
  }
  if (evidence.index >= checkpoint.size) {
    return unverified("the checkpoint does not reach as far as the receipt's entry");
  }
  return merkle::verify_inclusion(evidence.index, checkpoint.size, merkle::leaf_hash(evidence.leaf),
                                  evidence.path, checkpoint.root);
}

// Everything in turn; leaves what could be read in `receipt`.
Result<void> check_all(const Evidence& evidence, const Expectation& expected,
                       const note::Verifier& signer, const crypto::Digest& leaf_statement,
                       Receipt& receipt) {
  TRY(const note::Note signed_note, note::parse(evidence.statement));
  TRY(receipt, parse(signed_note.text));
  TRY(check_subject(receipt, expected));
  TRY(check_signature(signed_note, receipt, expected, signer));
  return check_logged(evidence, expected.checkpoint, leaf_statement);
}

}  // namespace

bool is_relays(State state) {
  return state != State::kDelivered && state != State::kRead && state != State::kUndecryptable &&
         state != State::kRecalled;
}

std::string_view state_name(State state) {
  const auto row = std::find_if(kStates.begin(), kStates.end(),
                                [state](const StateRow& r) { return r.state == state; });
  return row == kStates.end() ? std::string_view() : row->name;
}

std::optional<State> state_from_name(std::string_view name) {
  const auto row = std::find_if(kStates.begin(), kStates.end(),
                                [name](const StateRow& r) { return r.name == name; });
  if (row == kStates.end()) return std::nullopt;
  return row->state;
}

Result<std::string> format(const Receipt& value) {
  if (!is_message_id(value.message)) return malformed("a receipt names a message by its id");
  if (!value.purpose.empty() && value.state != State::kAccepted) {
    return malformed("only the receipt of acceptance names a purpose");
  }
  if (!value.last_resort.empty() && value.state != State::kAccepted) {
    return malformed("only the receipt of acceptance names devices of the last resort");
  }
  const bool needs_device = value.state == State::kDropped;
  const bool may_name_one = needs_device || value.state == State::kWithdrawn;
  if (value.device.empty() ? needs_device : !may_name_one) {
    return malformed(
        "the receipt of a dropped message names the device, that of a withdrawn one may, and no "
        "other does");
  }
  note::StatementBuilder statement("receipt");
  statement.add("message", value.message)
      .add("from", value.from)
      .add_digest("message-sha256", value.message_sha256)
      .add("state", state_name(value.state));
  if (!value.purpose.empty()) statement.add("purpose", value.purpose);
  for (const std::string& device : value.last_resort) statement.add("last-resort", device);
  if (!value.device.empty()) statement.add("device", value.device);
  return statement.add("by", value.by)
      .add_time("at", value.at)
      .add("log", note::format_view(value.log))
      .add("trust", note::format_view(value.trust))
      .text();
}

Result<Receipt> parse(std::string_view statement_text) {
  TRY(auto reader, note::StatementReader::open(statement_text, "receipt"));
  Receipt value;
  TRY(value.message, reader.one("message"));
  TRY(value.from, reader.one("from"));
  TRY(value.message_sha256, reader.digest("message-sha256"));
  TRY(value.state, state_field(reader));
  TRY(auto purpose, reader.maybe("purpose"));
  value.purpose = std::move(purpose).value_or("");
  TRY(value.last_resort, reader.all("last-resort"));
  TRY(auto device, reader.maybe("device"));
  value.device = std::move(device).value_or("");
  TRY(value.by, reader.one("by"));
  TRY(value.at, reader.time("at"));
  TRY(value.log, reader.view("log"));
  TRY(value.trust, reader.view("trust"));
  TRY(reader.finish());
  TRY(const std::string again, format(value));
  if (again != statement_text) return malformed("the receipt is not in its canonical form");
  return value;
}

Verdict judge(const Evidence& evidence, const Expectation& expected, const note::Verifier& signer,
              const crypto::Digest& leaf_statement) {
  Verdict verdict;
  const auto checked = check_all(evidence, expected, signer, leaf_statement, verdict.receipt);
  verdict.holds = checked.has_value();
  if (!checked) verdict.reason = checked.error().text;
  return verdict;
}

}  // namespace sealpost::receipt
